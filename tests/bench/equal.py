"""`python -m tests.bench.equal [--rows N] [--mix NAME]`: verdicts held against the libraries' answers.

The oracle asks the libraries one by one and knows nothing of the gateway's ways round them.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple

import email_validator
import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from gateway.verification import email, phone
from gateway.verification.address import parse_email
from gateway.verification.model import EmailVerdict, PhoneVerdict
from gateway.verification.numbering.hints import region_hints
from gateway.verification.reasons import Level
from tests.bench.contacts import MIXES, Contact, chunks

SEED: Final = 3
_NOW: Final = datetime(2026, 11, 1, tzinfo=UTC)
_SHOWN: Final = 20
_LOCAL_PART: Final = 64
_BOTH: Final = "fixed_line mobile"
_BEHIND: Final = re.compile(r"( or |\(office\)).*")
"""What the mixes write behind a number, which is no part of it: the library takes the letters for digits."""
_ORDER: Final = ("valid", "possible", "local", "invalid")


class AsRead(NamedTuple):
    """What is to be the same of an address: empty where the library refuses it."""

    normalised: str | None = None
    domain: str | None = None
    smtputf8: bool | None = None
    suggestion: str | None = None


class AsDialled(NamedTuple):
    """What is to be the same of a number: nothing but the verdict where the library cannot parse it."""

    verdict: str
    e164: str | None = None
    extension: str | None = None
    region: str | None = None
    types: str = ""
    possible: str | None = None


def differences(mix: str, *, count: int, seed: int = SEED) -> Iterator[str]:
    """A line for each row whose verdict is not what the libraries say."""
    hints = {country: region_hints(declared=country) for country in MIXES[mix]}
    for rows in chunks(mix, count=count, seed=seed):
        for row in rows:
            address = email.judge(parse_email(row.email), wanted=Level.SYNTAX, now=_NOW)
            number = phone.judge(row.phone, regions=hints[row.country], now=_NOW)
            for ours, theirs in ((_read(address), _expected(row.email)), (_dialled(number), _expected_number(row))):
                if ours != theirs:
                    yield f"{row!r}: {ours}, where the library says {theirs}"


# What we say


def _read(verdict: EmailVerdict) -> AsRead:
    evidence, facts = verdict.evidence, verdict.facts
    # What is suggested of an address that is refused is ours alone; the library has nothing to say of it.
    meant = None if evidence.normalised is None else verdict.suggestion
    return AsRead(evidence.normalised, evidence.domain, facts.smtputf8, meant)


def _dialled(verdict: PhoneVerdict) -> AsDialled:
    evidence = verdict.evidence
    return AsDialled(
        verdict.verdict.value,
        evidence.e164,
        evidence.extension,
        evidence.region,
        " ".join(sorted(each.value for each in verdict.types)),
        evidence.possible_reason,
    )


# What the libraries say


def _expected(value: str) -> AsRead:
    text = value.strip()
    if text.endswith(".") and not text.endswith(".."):  # a domain written out in full
        text = text[:-1]
    try:
        read = email_validator.validate_email(
            text,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
            allow_display_name=True,
        )
    except email_validator.EmailNotValidError:
        return AsRead()
    if len(read.local_part.encode()) > _LOCAL_PART:  # RFC 5321 section 4.5.3.1.1, which the library counts if strict
        return AsRead()
    inside = None if read.display_name is None else read.normalized
    return AsRead(read.normalized, read.ascii_domain, read.smtputf8 and read.ascii_email is None, inside)


def _expected_number(row: Contact) -> AsDialled:
    """What the library says of the number without what stands behind it, or with + for 00 where that is better."""
    text = _BEHIND.sub("", row.phone)
    found = _asked(text, row.country)
    return min(found, _asked(f"+{text[2:]}", None), key=_rank) if text.startswith("00") else found


def _rank(dialled: AsDialled) -> int:
    return _ORDER.index(dialled.verdict) + (dialled.possible == "is_possible_local_only")


def _asked(text: str, country: str | None) -> AsDialled:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return AsDialled("invalid")
    possible = phonenumbers.is_possible_number_with_reason(number)
    return AsDialled(
        _verdict(number, possible),
        phonenumbers.format_number(number, PhoneNumberFormat.E164),
        number.extension,
        phonenumbers.region_code_for_number(number),
        _types(number),
        _names(ValidationResult)[possible],
    )


def _verdict(number: phonenumbers.PhoneNumber, possible: int) -> str:
    if phonenumbers.is_valid_number(number):
        return "valid"
    likely = {ValidationResult.IS_POSSIBLE, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}
    return "possible" if possible in likely else "invalid"


def _types(number: phonenumbers.PhoneNumber) -> str:
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.FIXED_LINE_OR_MOBILE:
        return _BOTH
    return "" if kind == PhoneNumberType.UNKNOWN else _names(PhoneNumberType)[kind]


@cache
def _names(enumeration: Any) -> dict[int, str]:  # noqa: ANN401 - the library's enumerations are classes of integers
    return {value: name.lower() for name, value in vars(enumeration).items() if isinstance(value, int)}


def main() -> int:
    """Compare all rows of both mixes; print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--mix", choices=list(MIXES))
    chosen = parser.parse_args()
    found = 0
    for mix in [chosen.mix] if chosen.mix else MIXES:
        for line in differences(mix, count=chosen.rows):
            found += 1
            if found <= _SHOWN:
                print(line, file=sys.stderr)
    print(f"{found} differences in {chosen.rows:,} rows of {chosen.mix or 'each mix'}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
