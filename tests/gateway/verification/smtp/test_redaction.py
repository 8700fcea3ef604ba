"""What is kept of a reply names neither the person, nor anybody else, nor us."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.verification.smtp.meaning import Ourselves
from gateway.verification.smtp.redaction import KEPT, redacted
from tests.gateway.verification.smtp.hostile import HOSTILE
from tests.support.cost import cpu_seconds

US = Ourselves(addresses=("203.0.113.7", "2001:db8::7"), helo="probe.checker.example", sender="ask@checker.example")
ANNA = "anna.berg@acme.example"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"550 5.1.1 <{ANNA}>: User unknown", "550 5.1.1 <[address]>: User unknown"),
        ("550 <Anna.Berg@ACME.example> unknown", "550 <[address]> unknown"),
        ("550 no mailbox anna.berg here", "550 no mailbox [address] here"),
        ("550 see https://p.example/?to=anna.berg%40acme.example", "550 see https://p.example/?to=[address]"),
        ("550 ask bob+x@other.example or o'neil@z.example", "550 ask [address] or [address]"),
        ('550 "who else"@other.example', "550 [address]"),
        ("550 203.0.113.7 and 203.0.113.77 are listed", "550 [us] and 203.0.113.77 are listed"),
        ("550 [2001:DB8::7] probe.checker.example ask@checker.example", "550 [[us]] [us] [us]"),
        ("550-5.1.1 one\r\n550 5.1.1\ttwo\x00", "550-5.1.1 one 550 5.1.1 two"),
        ("550 mx.acme.example blocked using zen.spamhaus.org", "550 mx.acme.example blocked using zen.spamhaus.org"),
    ],
)
def test_people_and_we_are_left_out(text: str, kept: str) -> None:
    """Codes, block lists and host names stay; addresses, the local part and our names go."""
    assert redacted(text, ANNA, us=US) == kept


def test_the_parts_of_a_tagged_address_go_too() -> None:
    """What stands before a tag is the person's own name."""
    assert (
        redacted("550 anna is unknown, anna+shop too", "anna+shop@acme.example")
        == "550 [address] is unknown, [address] too"
    )
    assert redacted("550 annabel", "anna@acme.example") == "550 annabel"


def test_nothing_is_left_out_of_nothing() -> None:
    """Without an address and without names only foreign addresses go."""
    assert redacted("550 no a@b.example", "") == "550 no [address]"


def test_a_text_is_cut_between_words() -> None:
    """An address that the limit would cut in half is gone as a whole."""
    long = "a@b.example " * 341 + ANNA
    assert "anna" not in redacted(long + " more", ANNA)
    assert redacted("x" * 5000, ANNA) == ""
    assert len(redacted("word " * 1000, ANNA)) == KEPT


LOCAL = st.from_regex(r"[a-z][a-z0-9]{3,12}(\.[a-z]{3,9})?(\+[a-z]{3,5})?", fullmatch=True)


@settings(max_examples=settings().max_examples // 2)
@given(
    local=LOCAL,
    upper=st.booleans(),
    text=st.text(alphabet="0123 <>:,;()[]-\r\n", max_size=60),
    frame=st.sampled_from(["<{}>", "({})", "{} unknown", "mailbox {}:", "[{}]", "'{}'", "=?x?{}?="]),
    whole=st.booleans(),
)
def test_no_frame_keeps_an_address(local: str, *, upper: bool, text: str, frame: str, whole: bool) -> None:
    """However a server writes the address or its local part, neither is kept."""
    said = frame.format(local + "@acme.example" if whole else local)
    kept = redacted(f"550 {text} {said.upper() if upper else said} {text}", f"{local}@acme.example", us=US)
    assert local not in kept.casefold()
    assert len(kept) <= KEPT


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_costs_little(text: str) -> None:
    """100 kB of anything is redacted in a moment."""
    assert cpu_seconds(lambda: redacted(text, ANNA, us=US), enough=0.2) < 0.2
