"""Which register applies, how long its file counts, and what an answer does to a verdict and to the law's facts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.verification.model import PhoneVerdict, Validity
from gateway.verification.phone import judge
from gateway.verification.reasons import ReasonCode
from gateway.verification.registers import (
    RULES,
    Register,
    RegisterAnswer,
    RegisterState,
    answered,
    registers_of,
    screened_in_britain,
    with_registers,
)

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
DATED = date(2026, 2, 20)


def test_a_register_lists_the_numbers_of_its_country_alone() -> None:
    """Britain has two, most countries none here, and a number of no country is asked about nowhere."""
    assert registers_of("+12125550123", "US") == registers_of("+17875550123", "PR") == (Register.US_DNC,)
    assert registers_of("+442079460958", "GB") == (Register.UK_TPS, Register.UK_CTPS)
    assert registers_of("+61299998888", "AU") == (Register.AU_DNCR,)
    for region in ("CA", "DE", None):
        assert registers_of("+4930901820", region) == ()


@pytest.mark.parametrize(
    ("register", "days"),
    [(Register.US_DNC, 31), (Register.UK_TPS, 28), (Register.UK_CTPS, 28), (Register.AU_DNCR, 30)],
)
def test_a_file_counts_for_its_days_and_no_longer(register: Register, days: int) -> None:
    """On the last day it still says that a number is not listed, on the next it is stale; a listing stays one."""
    last = datetime(2026, 2, 20, 23, 59, tzinfo=UTC) + timedelta(days=days)
    assert RULES[register].days == days
    assert answered(register, listed=False, dated=DATED, now=last).state is RegisterState.NOT_LISTED
    late = last + timedelta(minutes=1)
    assert answered(register, listed=False, dated=DATED, now=late).state is RegisterState.STALE
    assert answered(register, listed=True, dated=DATED, now=late).state is RegisterState.LISTED


def test_an_answer_reads_back_as_it_is_written() -> None:
    """In the evidence stand register, date and state."""
    dated = RegisterAnswer(register=Register.US_DNC, state=RegisterState.LISTED, dated=date(2026, 10, 1))
    undated = RegisterAnswer(register=Register.UK_TPS, state=RegisterState.NOT_CHECKED)
    assert (str(dated), str(undated)) == ("us_dnc@2026-10-01: listed", "uk_tps: not_checked")
    assert [RegisterAnswer.parse(str(each)) for each in (dated, undated)] == [dated, undated]


def answer(state: RegisterState, register: Register = Register.US_DNC) -> RegisterAnswer:
    """An answer of a dated file."""
    return RegisterAnswer(register=register, state=state, dated=DATED)


def test_a_listing_is_a_reason_and_changes_nothing_else() -> None:
    """The number is as valid as before and scores the same; the verdict reads back whole."""
    before = judge("+12125550123", now=NOW)
    after = with_registers(before, [answer(RegisterState.LISTED)])
    assert (after.verdict, after.score, after.types) == (Validity.VALID, before.score, before.types)
    assert after.reasons == (*before.reasons, ReasonCode.PHONE_DO_NOT_CALL)
    assert after.evidence.registers == ("us_dnc@2026-02-20: listed",)
    assert PhoneVerdict.from_json(after.to_json()) == after
    assert PhoneVerdict.from_json(before.to_json()) == before


@pytest.mark.parametrize("state", [RegisterState.NOT_LISTED, RegisterState.NOT_CHECKED, RegisterState.STALE])
def test_no_other_answer_is_a_reason(state: RegisterState) -> None:
    """What was not found, not asked or too old to say is evidence alone."""
    before = judge("+12125550123", now=NOW)
    after = with_registers(before, [answer(state)])
    assert after.reasons == before.reasons
    assert after.evidence.registers == (f"us_dnc@2026-02-20: {state}",)


def test_the_verdict_expires_with_the_file_that_did_not_name_the_number() -> None:
    """From the 31 days of the file are counted, and a verdict never expires before it was made."""
    before = judge("+12125550123", now=NOW)
    unlisted = with_registers(before, [answer(RegisterState.NOT_LISTED)])
    assert unlisted.evidence.expires_at == datetime(2026, 3, 24, tzinfo=UTC) < before.evidence.expires_at
    assert with_registers(before, [answer(RegisterState.LISTED)]).evidence.expires_at == before.evidence.expires_at
    assert with_registers(before, []) is before


def test_screening_in_britain_wants_both_registers() -> None:
    """Listed on one is listed; not listed is what stands on neither, by the older of two files that are new enough."""
    tps, ctps = "uk_tps@2026-02-20", "uk_ctps@2026-02-10"
    clear = screened_in_britain((f"{tps}: not_listed", f"{ctps}: not_listed"))
    assert clear is not None
    assert (clear.listed, clear.at) == (False, datetime(2026, 2, 10, tzinfo=UTC))
    one = screened_in_britain((f"{tps}: listed", "uk_ctps: not_checked"))
    assert one is not None
    assert (one.listed, one.at) == (True, datetime(2026, 2, 20, tzinfo=UTC))
    for registers in (
        (),
        (f"{tps}: not_listed", "uk_ctps: not_checked"),
        (f"{tps}: not_listed", f"{ctps}: stale"),
        ("us_dnc@2026-02-20: listed",),
    ):
        assert screened_in_britain(registers) is None
