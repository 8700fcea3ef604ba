"""A tick is a claim: what it says, by which mechanism, under which notice, with which evidence."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.intake.kit.boxes import status_of
from gateway.intake.kit.settings import SourceSettings
from gateway.lead import ConsentClaim
from tests.gateway.intake.solved import payload
from tests.gateway.intake.worlds import NOW, form, post

BOX = {"field": "nl", "purpose": "marketing", "channels": ["email", "call"]}


def claims(fields: dict[str, str], source: SourceSettings, **context: Any) -> tuple[ConsentClaim, ...]:  # noqa: ANN401
    """The claims of a post with an address."""
    return post({"email": "a@b.example", **fields}, source, **context).one().consent


@pytest.mark.parametrize("value", ["on", "true", "1", "yes", "Ja", "OUI", "sí", "sim", "tak", "I agree", "Zgadzam się"])
def test_a_tick_of_a_described_box_claims_granted(value: str) -> None:
    """One claim per channel, by the mechanism of a web form's box."""
    found = claims({"nl": value}, form(consent=[BOX], notice_id="news"))
    assert [(c.purpose, c.channel, c.status) for c in found] == [
        ("marketing", "email", "granted"),
        ("marketing", "call", "granted"),
    ]
    assert {(c.mechanism, c.notice_id, c.occurred_at) for c in found} == {("web_form_checkbox", "news", NOW)}


@pytest.mark.parametrize("value", ["", "0", "false", "off", "undefined"])
def test_an_empty_box_claims_nothing(value: str) -> None:
    """An empty box is no refusal."""
    assert claims({"nl": value}, form(consent=[BOX])) == ()


@pytest.mark.parametrize("value", ["no", "Nein, danke", "non", "Nie"])
def test_an_outspoken_no_claims_refused(value: str) -> None:
    """Who says no has said it."""
    assert {c.status for c in claims({"nl": value}, form(consent=[BOX]))} == {"refused"}


@pytest.mark.parametrize("value", ["maybe", "Ja, aber nur Produktnews", "✓", "2"])
def test_a_value_in_doubt_only_requests(value: str) -> None:
    """A doubt never grants."""
    assert {c.status for c in claims({"nl": value}, form(consent=[BOX]))} == {"requested"}


def test_the_settings_name_what_a_tick_sends() -> None:
    """A label as the box's value is a tick when the settings say so, even if it looks empty or like a no."""
    box = {**BOX, "values": ["Ja, ich will", "0"]}
    assert {c.status for c in claims({"nl": "Ja, ich will"}, form(consent=[box]))} == {"granted"}
    assert {c.status for c in claims({"nl": "0"}, form(consent=[box]))} == {"granted"}


def test_the_settings_name_whom_the_text_names() -> None:
    """A tick agrees to the companies that the text beside the box gives by name; a no agrees to nobody."""
    box = {**BOX, "recipients": ["partner"]}
    assert {c.recipients for c in claims({"nl": "on"}, form(consent=[box]))} == {("partner",)}
    assert {c.recipients for c in claims({"nl": "Nein"}, form(consent=[box]))} == {()}


def test_the_last_value_counts() -> None:
    """A hidden zero stands before the box's one."""
    assert status_of(("0", "1")) == "granted"
    assert status_of(("1", "0")) is None
    assert status_of(()) is None


def test_a_box_nobody_described_only_requests() -> None:
    """A name alone does not say what text stood beside the box."""
    (claim,) = claims({"newsletter": "on"}, form())
    assert (claim.purpose, claim.channel, claim.status) == ("marketing", "email", "requested")


def test_a_described_box_beats_a_guessed_one() -> None:
    """Two boxes for the same thing make one claim each, the described one first and alone."""
    found = claims({"nl": "on", "newsletter": "on"}, form(consent=[BOX]))
    assert [c.status for c in found] == ["granted", "granted"]


def test_a_tick_stays_as_it_was_sent() -> None:
    """What the form sent for the box is kept beside the claim."""
    source = form(consent=[BOX])
    assert post({"email": "a@b.example", "nl": "on"}, source).one().attributes == {"nl": "on"}


def test_a_privacy_box_is_no_marketing_consent() -> None:
    """Having read a notice consents to nothing."""
    assert claims({"datenschutz": "on", "privacy": "1", "gdpr": "yes", "terms": "on"}, form()) == ()


def test_the_evidence_says_where_and_with_what() -> None:
    """Page, address, browser and certificate stand with the claim."""
    (claim,) = claims(
        {"newsletter": "on", "page_url": "https://www.example/x", "xxTrustedFormCertUrl": "https://cert.example/1"},
        form(),
    )
    evidence = claim.evidence
    revealed = [
        value.reveal()
        for value in (evidence.form_url, evidence.ip, evidence.user_agent, evidence.certificate_url)
        if value is not None
    ]
    assert revealed == ["https://www.example/x", "192.0.2.7", "Browser/1", "https://cert.example/1"]
    assert evidence.served_at is None


def test_the_box_names_its_notice_first() -> None:
    """The text beside the box counts before the form's, and the form's before the source's."""
    boxed = form(consent=[{**BOX, "notice_id": "box"}], notice_id="source")
    assert {c.notice_id for c in claims({"nl": "on", "notice_id": "page"}, boxed)} == {"box"}
    source = form(consent=[BOX], notice_id="source")
    named = claims({"nl": "on", "notice_id": "page", "notice_version": "3"}, source)
    assert {(c.notice_id, c.notice_version) for c in named} == {("page", 3)}
    assert {(c.notice_id, c.notice_version) for c in claims({"nl": "on"}, source)} == {("source", None)}


def test_the_signed_notice_beats_what_the_page_says() -> None:
    """A solved challenge proves which version was served, and when."""
    source = form(consent=[BOX], challenge_cost=1)
    fields = {"nl": "on", "notice_id": "forged", "notice_version": "9", "altcha": payload(NOW - timedelta(minutes=1))}
    found = claims(fields, source)
    assert {(c.notice_id, c.notice_version) for c in found} == {("news", 2)}
    assert {c.evidence.served_at for c in found} == {NOW - timedelta(minutes=1)}


def test_no_hash_is_claimed() -> None:
    """Only the server knows the text behind a notice."""
    assert all(c.notice_sha256 is None for c in claims({"nl": "on", "notice_id": "x"}, form(consent=[BOX])))
