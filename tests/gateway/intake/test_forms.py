"""Forms as web sites send them reach the places they mean, and nothing is lost."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.intake.form import Plugin
from gateway.lead import Personal
from tests.gateway.intake.worlds import CONTEXT, URLENCODED, form, post, said

FORMS = yaml.safe_load(Path(__file__).with_name("forms.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", FORMS, ids=[case["form"] for case in FORMS])
def test_each_form_is_understood(case: dict[str, Any]) -> None:
    """Every field lands where the table says, and the rest stays under its own name."""
    submission = post(case["fields"]).one()
    found = said(submission)
    expected = {target: str(value) for target, value in case["gives"].items()}
    assert {target: found.get(target) for target in expected} == expected
    assert set(submission.attributes) == set(case["attributes"])


def test_the_table_is_as_large_as_it_says() -> None:
    """There are forty forms or more, in eight languages."""
    assert len(FORMS) >= 40


def test_the_forms_own_map_goes_first() -> None:
    """A mapped field wins over a synonym, whose value stays as an attribute."""
    source = form(fields={"input_2": "person.email", "input_9": "attributes.budget", "x": "company.name"})
    submission = post(
        {"email": "other@b.example", "input_2": "a@b.example", "input_9": "5000", "x": "Lee Ltd"}, source
    ).one()
    assert said(submission)["person.email"] == "a@b.example"
    assert said(submission)["company.name"] == "Lee Ltd"
    assert submission.attributes == {"budget": "5000", "email": "other@b.example"}


def test_an_address_is_taken_out_of_what_stands_around_it() -> None:
    """A visitor who pastes `Name <address>` is met by the name, unless the form asked for it."""
    person = post({"email": "Ada Example <ada@acme.example>"}).one().person
    assert (person.email, person.full_name) == (Personal("ada@acme.example"), Personal("Ada Example"))
    person = post({"email": "ada@acme.example.", "name": "A. Example"}).one().person
    assert (person.email, person.full_name) == (Personal("ada@acme.example"), Personal("A. Example"))


def test_a_value_too_long_for_its_place_is_kept_whole() -> None:
    """A name of 600 characters is no name, but it is not lost."""
    submission = post({"email": "a@b.example", "name": "x" * 600}).one()
    assert submission.person.full_name is None
    assert submission.attributes["name"] == "x" * 600


def test_several_values_of_one_field_are_all_kept() -> None:
    """The first fills the place, all of them stay as an attribute."""
    body = b"email=a@b.example&company=A&company=B&interest=x&interest=y"
    submission = Plugin().read(body, URLENCODED, form(), CONTEXT).one()
    assert submission.company.name == "A"
    assert submission.attributes == {"company": ["A", "B"], "interest": ["x", "y"]}


def test_the_field_told_by_its_value_is_named() -> None:
    """The note says which field was taken for the e-mail address."""
    submission = post({"input_2": "a@b.example"}).one()
    assert said(submission)["person.email"] == "a@b.example"
    assert submission.attributes["leadgate.email_field"] == "input_2"


def test_the_referer_stands_in_for_the_page() -> None:
    """Without a field for it, the browser's Referer is the page, campaign parameters included."""
    submission = post({"email": "a@b.example"}, referer="https://www.example/x?utm_source=ads").one()
    assert said(submission)["inquiry.page_url"] == "https://www.example/x?utm_source=ads"
    assert submission.campaign.source == "ads"


def test_a_field_beats_the_page_address() -> None:
    """A campaign field is never overwritten by the page's own parameters."""
    page = "https://www.example/x?utm_source=old"
    submission = post({"email": "a@b.example", "utm_source": "new", "page_url": page}).one()
    assert submission.campaign.source == "new"


def test_without_a_contact_point_the_post_is_kept_aside() -> None:
    """A form nobody mapped becomes no lead; it waits to be replayed under a better map."""
    assert post({"input_1": "hello"}).quarantine == ("no_contact_point",)


def test_global_privacy_control_is_passed_on() -> None:
    """What the browser said stands in the signals."""
    assert post({"email": "a@b.example"}, gpc=True).one().signals.gpc is True


def test_a_file_is_kept_by_its_name_only() -> None:
    """The attribute says that there was one and that it was not kept."""
    body = (
        b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\na@b.example\r\n'
        b'--b\r\nContent-Disposition: form-data; name="cv"; filename="cv.pdf"\r\n\r\nBYTES\r\n--b--\r\n'
    )
    submission = Plugin().read(body, "multipart/form-data; boundary=b", form(), CONTEXT).one()
    assert submission.attributes == {"cv": {"file": "cv.pdf", "kept": False}}


@pytest.mark.parametrize("page", ["https://[broken?utm_source=x", "https://a.example/?" + "x=1&" * 200])
def test_an_odd_page_address_is_kept_as_it_is(page: str) -> None:
    """It is evidence, whether or not parameters can be read off it."""
    submission = post({"email": "a@b.example", "page_url": page}).one()
    assert said(submission)["inquiry.page_url"] == page
    assert submission.campaign.source is None
