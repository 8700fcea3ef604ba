"""One spam signal flags, two keep aside, none drops; each has a sentence."""

from datetime import timedelta

import pytest

from gateway.errors import Fault
from gateway.intake import Reading, Rejected
from gateway.intake.kit.spam import SENTENCES, Aside, Signal, quarantine_reasons, settle
from tests.gateway.intake.solved import payload
from tests.gateway.intake.worlds import NOW, form, post

HONEST = {"email": "a@b.example", "name": "Ann McDonald-Lee", "message": "See https://a.example and www.b.example"}


def test_an_honest_post_has_no_signal() -> None:
    """A person who writes two links and a hyphenated name is no spammer; without script it is unproved."""
    reading = post(HONEST, referer="https://anywhere.example/")
    assert (reading.signals, reading.quarantine, reading.burn) == ((), (), None)
    assert reading.one().signals.proof == "unproved"


@pytest.mark.parametrize(
    ("fields", "signal"),
    [
        ({"_gotcha": "x"}, Signal.HONEYPOT_FILLED),
        ({"message": "http://a http://b http://c www.d.example"}, Signal.TOO_MANY_LINKS),
        ({"message": 'buy <a  href="x">'}, Signal.MARKUP_IN_MESSAGE),
        ({"message": "[URL=x]y[/URL]"}, Signal.MARKUP_IN_MESSAGE),
        ({"name": "WIN https://a.example"}, Signal.LINK_IN_NAME),
        ({"name": "oZVfbtLZRnpBE"}, Signal.GIBBERISH_NAME),
        ({"altcha": "bm8="}, Signal.CHALLENGE_FAILED),
        ({"altcha": payload(NOW - timedelta(hours=2))}, Signal.CHALLENGE_EXPIRED),
        ({"altcha": payload(NOW - timedelta(seconds=1))}, Signal.TOO_FAST),
    ],
)
def test_one_signal_flags(fields: dict[str, str], signal: Signal) -> None:
    """The lead comes in, with its mark."""
    reading = post({**HONEST, **fields})
    assert reading.signals == (signal.value,)
    assert reading.quarantine == ()
    assert reading.one().signals.spam == (signal.value,)


@pytest.mark.parametrize("name", ["JOHN SMITH", "MacDonaldson", "Ng", "Anna-Maria", "McKinseyLtd"])
def test_honest_names_are_not_gibberish(name: str) -> None:
    """Capitals and inner capitals are common in honest names."""
    assert post({**HONEST, "name": name}).signals == ()


def test_two_signals_keep_aside() -> None:
    """The reasons say why, and the submission is still there to be replayed."""
    reading = post({**HONEST, "_gotcha": "x", "name": "http://a.example"})
    assert reading.quarantine == ("honeypot_filled", "link_in_name")
    assert reading.one().attributes["_gotcha"] == "x"


def test_a_proof_is_told_and_must_be_burned() -> None:
    """A solved challenge proves the post; its id is for the caller to use up."""
    reading = post({**HONEST, "altcha": payload(NOW - timedelta(seconds=9))})
    assert reading.burn == "01" * 16
    assert reading.one().signals.proof == "proved"


def test_an_origin_that_is_not_listed_is_a_signal() -> None:
    """A list is a list; the Referer stands in for the Origin, and silence says nothing."""
    source = form(origins=["https://www.example.com"])
    assert post(HONEST, source, origin="https://www.example.com").signals == ()
    assert post(HONEST, source, referer="https://www.example.com/contact?x").signals == ()
    assert post(HONEST, source).signals == ()
    assert post(HONEST, source, origin="https://evil.example").signals == ("origin_not_listed",)
    assert post(HONEST, source, origin="null").signals == ("origin_not_listed",)
    assert post(HONEST, source, referer="https://www.example.com.evil.example/").signals == ("origin_not_listed",)


def test_a_replayed_proof_proves_nothing() -> None:
    """The store knows that it was burned: the lead is flagged, unproved, and its time is no evidence."""
    fields = {**HONEST, "altcha": payload(NOW - timedelta(seconds=9)), "newsletter": "on"}
    settled = settle(post(fields), replayed=True, same_text=1, settings=form())
    submission = settled.one()
    assert settled.signals == ("challenge_replayed",)
    assert (submission.signals.proof, submission.signals.spam) == ("unproved", ("challenge_replayed",))
    assert submission.consent[0].evidence.served_at is None


def test_the_same_text_again_and_again_is_a_flood() -> None:
    """At the limit it is a signal, and a second one keeps aside."""
    reading = post(HONEST)
    assert settle(reading, replayed=False, same_text=4, settings=form()) == reading
    flooded = settle(reading, replayed=False, same_text=5, settings=form())
    assert (flooded.signals, flooded.quarantine) == (("same_text_flood",), ())
    trapped = settle(post({**HONEST, "_gotcha": "x"}), replayed=False, same_text=5, settings=form())
    assert trapped.quarantine == ("honeypot_filled", "same_text_flood")


def test_settling_twice_changes_nothing() -> None:
    """The same knowledge adds the same signal once."""
    once = settle(post(HONEST), replayed=False, same_text=9, settings=form())
    assert settle(once, replayed=False, same_text=9, settings=form()) == once


def test_other_reasons_to_keep_aside_stay() -> None:
    """A post without a contact point stays aside whatever else is found."""
    settled = settle(post({"_gotcha": "x"}), replayed=False, same_text=9, settings=form())
    assert settled.quarantine == ("no_contact_point", "honeypot_filled", "same_text_flood")


def test_a_rejected_lead_stays_as_it_is() -> None:
    """It has no place for a signal; the reading has."""
    refused = Rejected(faults=(Fault(pointer="/x", detail="No."),))
    settled = settle(Reading(entries=(refused,)), replayed=False, same_text=9, settings=form())
    assert settled == Reading(entries=(refused,), signals=("same_text_flood",))


def test_a_signal_counts_once() -> None:
    """Twice the same is one signal."""
    assert quarantine_reasons(("too_fast", "too_fast")) == ()


def test_every_code_has_a_sentence() -> None:
    """A person can read why."""
    assert set(SENTENCES) == {*Signal, *Aside}
