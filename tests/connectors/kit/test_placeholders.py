"""What `${setting.name}` stands for: one text, the same in questions, checks and lists of erased records."""

from collections.abc import Mapping
from typing import Any, Final

import pytest
from pydantic import ValidationError

from connectors.kit import Manifest, Query, read_settings
from connectors.kit.cases import Case
from connectors.kit.declared import Declared
from connectors.kit.template import fill
from gateway.enrichment import install
from tests.conformance.connectors.test_broken import GOOD, Sound
from tests.connectors.kit.test_manifest import ASKS, BATCH, manifest

SPEC: Final[Mapping[str, Any]] = {
    **GOOD["spec"],
    "deep": {"type": "boolean", "description": "a switch"},
    "least": {"type": "integer", "description": "a number"},
    "table": {"type": "mapping", "description": "a table"},
    "host": {"type": "host", "description": "a host of one's own"},
    "region": {"description": "a region"},
}
GIVEN: Final[Mapping[str, object]] = {
    "deep": "yes",
    "least": "05",
    "table": {"a": "b"},
    "host": "checks.company.example",
    "region": "",
}
TEXTS: Final = {"setting.deep": "true", "setting.least": "5", "setting.host": "checks.company.example"}


class ByHand(Sound):
    """A plug-in of Python alone, which keeps nothing of its settings."""

    manifest = manifest(spec=SPEC)

    def __init__(self, settings: Mapping[str, object]) -> None:
        """Keeps nothing."""


class Told(Declared):
    """A plug-in of a manifest."""

    manifest = manifest(spec=SPEC, **ASKS)


@pytest.mark.parametrize("plugin", [ByHand, Told])
def test_placeholders_stand_for_the_same_wherever_they_are_filled(plugin: Any) -> None:  # noqa: ANN401 - either class
    """As the settings are read, as the gateway keeps them, and as the certificate fills them; no secret among them."""
    secret = {"key": "s3cret"}
    assert read_settings(plugin.manifest, {**GIVEN, **secret}).values.known == TEXTS
    assert (
        install({"example_vendor": plugin}, {"example_vendor": {**GIVEN, **secret}})["example_vendor"].values.known
        == TEXTS
    )
    assert Case(plugin=plugin, settings=GIVEN, fixtures=()).values.known == TEXTS


def test_a_question_is_filled_with_the_same_texts() -> None:
    """And what is not set stands for nothing, so that its parameter is left out."""
    values = Told(read_settings(Told.manifest, {**GIVEN, "key": "s3cret"}).plain).values(
        Query({"company.domain": "a.eu"})
    )
    assert values.known == {**TEXTS, "company.domain": "a.eu"}
    assert fill("${setting.region}", values) is None


def calling(part: str, **changes: object) -> dict[str, Any]:
    """The parts of a manifest in which one call is changed."""
    whole: dict[str, Any] = {
        **ASKS,
        "check": {"path": "/me"},
        "batch": BATCH,
        "erasures": {"path": "/erased"},
        "subject": "person",
    }
    return {**whole, part: {**whole[part], **changes}}


@pytest.mark.parametrize("part", ["request", "check", "batch", "erasures"])
@pytest.mark.parametrize("setting", [{}, {"default": ""}, {"type": "mapping", "required": True}])
def test_a_host_or_path_that_may_be_missing_is_refused(part: str, setting: dict[str, Any]) -> None:
    """When the manifest is loaded, in every call that it describes: not when the call is made."""
    spec = {**GOOD["spec"], "place": {"description": "a place", **setting}}
    for change in ({"host": "${setting.place}"}, {"path": "/${setting.place}/x"}):
        with pytest.raises(ValidationError, match=rf"{part} needs setting\.place in its host or path"):
            manifest(spec=spec, **calling(part, **change))


@pytest.mark.parametrize("part", ["request", "check", "batch", "erasures"])
@pytest.mark.parametrize("setting", [{"required": True}, {"default": "eu"}])
def test_a_host_or_path_that_is_always_there_is_taken(part: str, setting: dict[str, Any]) -> None:
    """A setting that is needed, or has a default, stands in every call."""
    spec = {**GOOD["spec"], "place": {"description": "a place", **setting}}
    assert isinstance(manifest(spec=spec, **calling(part, path="/${setting.place}/x")), Manifest)
