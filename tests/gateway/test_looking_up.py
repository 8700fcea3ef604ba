"""What looking up makes of a lead: when connectors are asked again, and what vendors may not give any more."""

from dataclasses import replace
from datetime import timedelta

from consent.terms import Outcome
from gateway import looking_up
from gateway.lead import Dispatched, Status
from gateway.lookup import Asked, Lookup
from gateway.ports import Cause, Objection
from tests.conformance.journal.examples import LATER, NOW, lead, lookup, observation, ruling


def test_connectors_are_asked_again_ever_later_and_not_for_ever() -> None:
    """At the time that a vendor names, else after 30 seconds, two minutes, eight …; six times, within three days."""
    soon, hour = NOW + timedelta(seconds=5), timedelta(hours=1)
    open_ = Asked(connector="example@1.0.0", mark="throttled", called=True, retry_at=soon)
    first = replace(lookup(), asked=(open_,))
    after = looking_up.AGAIN_AFTER
    for lookups, least, wait in (
        ([first], after, after),
        ([replace(first, asked=(replace(open_, retry_at=NOW + hour),))], hour, after),
        ([first, first, first], 16 * after, 16 * after),
    ):
        due = looking_up.again_at(lookups, "ld_1")
        assert due is not None
        assert least <= due - NOW <= least + wait
    assert looking_up.again_at([first] * 7, "ld_1") is None
    late = replace(first, at=NOW + timedelta(days=4))
    assert looking_up.again_at([first, late], "ld_1") is None
    assert looking_up.again_at([lookup(observation(), example="match")], "ld_1") is None
    move = looking_up.enriched(lead(Status.VERIFIED), ruling("enrichment", Outcome.ALLOW), first, LATER)
    assert move.ask_again_at == looking_up.again_at([first], move.lead.id)
    assert looking_up.unanswered(move.lead)
    assert not looking_up.unanswered(replace(move.lead, status=Status.REJECTED))
    assert not looking_up.unanswered(lead(Status.ENRICHED))


def test_who_found_the_vendors_window_full_has_not_been_asked() -> None:
    """Such a round uses up none of the six; yet there is an end to them as well."""
    soon = NOW + timedelta(seconds=5)
    full = Asked(connector="example@1.0.0", mark="rate_window", called=False, retry_at=soon)
    left_out = replace(lookup(), asked=(full,))
    assert looking_up.again_at([left_out] * 7, "ld_1") is not None
    assert looking_up.again_at([left_out] * 30, "ld_1") is None


def test_leads_that_were_put_off_together_do_not_come_back_together() -> None:
    """A thousand leads that found the same vendor busy are spread over the wait, and each always to the same place."""
    busy = Asked(connector="example@1.0.0", mark="throttled", called=True, retry_at=NOW + timedelta(seconds=5))
    first = replace(lookup(), asked=(busy,))
    seconds = [(looking_up.again_at([first], f"ld_{number}") or NOW).replace(microsecond=0) for number in range(1000)]
    assert max(seconds.count(second) for second in set(seconds)) < 100
    assert looking_up.again_at([first], "ld_7") == looking_up.again_at([first], "ld_7")


def test_an_objection_told_by_a_vendor_goes_with_the_move() -> None:
    """Where something of the person was sent: of a company alone nobody has objected. And it is told once."""
    told = Asked(connector="finder@1.0.0", mark="suppressed_by_vendor", called=True, sent=("person.email",))
    about_company = replace(told, connector="firms@2.0.0", sent=("company.domain",))
    found = replace(lookup(observation(), example="match"), asked=(told, about_company))
    move = looking_up.enriched(lead(Status.VERIFIED), ruling("enrichment", Outcome.ALLOW), found, LATER)
    assert move.objections == (Objection(connector="finder", cause=Cause.OBJECTED),)
    again = looking_up.enriched_again(move.lead, ruling("enrichment", Outcome.ALLOW), lookup(example="match"), LATER)
    assert again.objections == ()


def numbered(found: Lookup) -> Lookup:
    """A look-up in which each connector said whose record its answer is."""
    records = {"finder": "ours", "rival": "theirs"}
    return replace(found, asked=tuple(replace(each, record=records[each.id]) for each in found.asked))


def test_what_a_vendor_may_not_give_is_taken_out_of_every_look_up() -> None:
    """What its connectors said of the person, accepted or rejected; the audit entry names fields, and no values."""
    name = replace(observation("person.full_name", "Ada"), source="finder@1.0.0")
    firm = replace(observation("company.name", "Acme"), source="finder@1.0.0")
    other = replace(observation("person.full_name", "Ada L."), source="rival@1.0.0")
    had = replace(
        lead(Status.RELEASED), lookups=(lookup(name, firm, finder="match"), lookup(other, name, rival="match"))
    )
    had = replace(had, lookups=tuple(map(numbered, had.lookups)))
    had = replace(had, dispatched={"crm": Dispatched.SENT}, rulings=(ruling("crm", Outcome.ALLOW),))
    objection = Objection(connector="finder", cause=Cause.ERASED)
    move = looking_up.erased(had, objection, {"finder", "finder_bulk"}, LATER)
    assert move is not None
    assert [each.observations for each in move.lead.lookups] == [(firm,), (other,)]
    assert [each.marks for each in move.lead.lookups] == [each.marks for each in had.lookups]
    assert [each.record for lookup in move.lead.lookups for each in lookup.asked] == ["", "theirs"]
    assert (move.facts["reasons"], move.facts["fields"]) == (["erased"], ["person.full_name"])
    assert "Ada" not in repr(move.facts)
    assert [each.destination for each in move.dispatches] == ["crm"]
    assert looking_up.erased(move.lead, objection, {"finder"}, LATER) is None
