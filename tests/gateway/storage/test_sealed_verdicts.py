"""Verdicts under their seal: what older versions wrote is still read."""

from consent.claims import Cap, May
from consent.terms import Channel
from gateway.storage.leads.rows import Verdicts
from gateway.storage.sealing import codec
from gateway.verification.company.claims import Claims
from gateway.verification.company.judge import judge_company
from tests.gateway.verification.fakes import NOW

CAPS = {Channel.CALL: Cap(may=May.HELD, why="phone_not_in_plan")}


def test_verdicts_without_a_company_are_read() -> None:
    """A lead that was sealed before companies were judged has no verdict on its company, and everything else."""
    before = codec.encode((None, None, CAPS))
    assert codec.decode(Verdicts, before) == Verdicts(None, None, CAPS, None)


def test_verdicts_without_what_the_policy_went_by_are_read() -> None:
    """A lead that was sealed before that was kept has no codes for it, and everything else."""
    company = judge_company(Claims(domain="acme.de"), now=NOW)
    before = codec.encode((None, None, CAPS, company))
    assert codec.decode(Verdicts, before) == Verdicts(None, None, CAPS, company, ())


def test_verdicts_read_back_as_they_were_sealed() -> None:
    """The verdict on a company comes back whole, and so do the codes that the policy went by."""
    said = Verdicts(None, None, CAPS, judge_company(Claims(domain="acme.de", vat_id="DE1"), now=NOW), ("role_address",))
    assert codec.decode(Verdicts, codec.encode(said)) == said
