"""The address in what stands where one belongs: read as verification reads it."""

import pytest

from gateway.intake.kit.mailbox import mailbox_in
from gateway.verification.address import parse_email
from tests.gateway.verification.strings import strings
from tests.support.depth import share


@pytest.mark.parametrize(
    ("written", "address", "name"),
    [
        ("ada@acme.example", "ada@acme.example", None),
        ("Ada@Acme.example.", "Ada@Acme.example", None),
        ("<ada@acme.example>", "ada@acme.example", None),
        ("Ada <Ada@Acme.example>", "Ada@Acme.example", "Ada"),
        ("Ada <ada@acme.example>.", "ada@acme.example", "Ada"),
        ("Ada <ada@acme.example.>", "ada@acme.example", "Ada"),
        ('"Ada <sales>" <ada@acme.example>', "ada@acme.example", "Ada <sales>"),
        ("Lovelace, Ada (Sales) <ada@acme.example>", "ada@acme.example", "Lovelace, Ada (Sales)"),
        ('"ada@acme.example" <ada@acme.example>', "ada@acme.example", None),
        ('Ada <"a<b"@acme.example>', '"a<b"@acme.example', None),
        ("Ada <b> <ada@acme.example>", "Ada <b> <ada@acme.example>", None),
        ("Ada <ada at acme>", "Ada <ada at acme>", None),
        ("ada@acme.example..", "ada@acme.example..", None),
        ("<>", "<>", None),
        (".", ".", None),
    ],
)
def test_an_address_is_taken_out_of_what_stands_around_it(written: str, address: str, name: str | None) -> None:
    """Brackets, a name before them and the last dot of a domain; anything else is left as it is."""
    found = mailbox_in(written)
    assert (found.address, found.name) == (address, name)


def test_it_never_finds_another_address_than_verification() -> None:
    """Over many odd texts: what verification reads names the same mailbox before and after."""
    for value in strings(5, share(800)):
        for written in (value, f"Ada <{value}>", f'"Ada <x>" <{value}>.'):
            before, after = parse_email(written), parse_email(mailbox_in(written).address)
            if before.error is None:
                assert (after.error, after.canonical) == (None, before.canonical)
