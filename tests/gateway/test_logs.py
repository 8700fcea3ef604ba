"""Logging: JSON for machines, words for people, and no person in either."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gateway.lead import Personal
from gateway.logs import QUIET, configure

CANARY = "ada.brandt@acme.example"


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    root, handlers, how = logging.getLogger(), logging.getLogger().handlers[:], structlog.get_config()
    levels = {name: logging.getLogger(name).level for name in (*QUIET, root.name)}
    yield
    root.handlers[:] = handlers
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    structlog.configure(**how)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """The lines that were logged, as JSON."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_machine_gets_json_lines() -> None:
    """Where no terminal listens each event is one JSON object with its level and time."""
    stream = io.StringIO()
    configure("info", stream=stream)
    structlog.get_logger("x").info("delivery.ended", delivery="dv_1", outcome="delivered")
    [line] = lines(stream)
    assert line["event"] == "delivery.ended"
    assert (line["delivery"], line["level"]) == ("dv_1", "info")
    assert str(line["timestamp"]).endswith("Z")


def test_a_person_gets_words() -> None:
    """At a terminal the same event is a line to read."""
    stream = io.StringIO()
    configure("info", stream=stream, people=True)
    structlog.get_logger("x").info("delivery.ended", delivery="dv_1")
    assert "delivery.ended" in stream.getvalue()
    assert "{" not in stream.getvalue()


@pytest.mark.parametrize(
    "value",
    [
        Personal(CANARY),
        [Personal(CANARY)],
        {"to": Personal(CANARY)},
        ({"deep": (Personal(CANARY),)},),
        {Personal(CANARY)},
    ],
)
@pytest.mark.parametrize("people", [False, True])
def test_personal_values_are_refused(value: object, people: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A personal value, wherever it hides, is dropped before anything is written, and its name is told."""
    stream = io.StringIO()
    configure("info", stream=stream, people=people)
    structlog.get_logger("x").warning("lead.odd", lead="ld_1", email=value)
    written = stream.getvalue()
    assert CANARY not in written
    assert "•••" not in written
    assert "refused_personal" in written
    assert "ld_1" in written


def test_the_level_of_the_settings_counts() -> None:
    """Below the level nothing is written, by us or by a library."""
    stream = io.StringIO()
    configure("warning", stream=stream)
    structlog.get_logger("x").info("quiet")
    logging.getLogger("some.library").info("quiet")
    structlog.get_logger("x").warning("loud")
    logging.getLogger("some.library").warning("loud")
    assert [line["event"] for line in lines(stream)] == ["loud", "loud"]


@pytest.mark.parametrize("name", QUIET)
def test_chatty_libraries_are_silenced(name: str) -> None:
    """Libraries that log URLs, addresses or bodies below WARNING do not, even when everything else is debugged."""
    stream = io.StringIO()
    configure("debug", stream=stream)
    logging.getLogger(name).info("GET https://leads.example/?email=%s", CANARY)
    assert stream.getvalue() == ""


def test_an_exception_of_a_library_leaves_its_class_alone() -> None:
    """A traceback quotes values; of a foreign record's exception only the class is written."""
    stream = io.StringIO()
    configure("info", stream=stream)
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("some.library").exception("it broke")
    [line] = lines(stream)
    assert line["error"] == "ValueError"
    assert line["logger"] == "some.library"
    assert CANARY not in stream.getvalue()
    assert "Traceback" not in stream.getvalue()
