"""What is built from the settings to check mailboxes."""

import re

from gateway.wiring.mailboxes import inventor


def test_under_one_key_a_domain_has_always_the_same_invented_address() -> None:
    """Whichever process invents it, so that a greylist knows it again; under another key nobody can foresee it."""
    one, same, other = inventor(b"k" * 32), inventor(b"k" * 32), inventor(b"o" * 32)
    assert one("acme.example") == same("acme.example")
    assert len({one("acme.example"), one("other.example"), other("acme.example")}) == 3
    assert re.fullmatch(r"[a-z][a-z0-9]{17}", one("acme.example"))
