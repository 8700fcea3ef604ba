"""Personal values show as a mask wherever they are printed, and identifiers keep their form."""

import copy
import json
import logging
import pickle
import traceback
from dataclasses import asdict
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import typeid
from gateway.errors import Malformed
from gateway.lead import Dispatched, Evidence, Inquiry, Lead, Person, Personal
from gateway.storage.leads.rows import dispatched
from tests.conformance.journal.examples import lead

CANARY = "canary.4711@leak.example"


@pytest.mark.parametrize(
    "shown",
    [
        repr(Personal(CANARY)),
        str(Personal(CANARY)),
        f"{Personal(CANARY)}",
        f"{Personal(CANARY)!r:>80}",
        f"{Personal(CANARY):>80}",
        "%s %r" % (Personal(CANARY), Personal(CANARY)),  # noqa: UP031 - logging formats like this
        "{}".format(Personal(CANARY)),  # noqa: UP032 - as above
        str([Personal(CANARY)]),
        repr(Person(email=Personal(CANARY))),
        repr(Inquiry(message=Personal(CANARY))),
        repr(Evidence(ip=Personal(CANARY))),
        repr(lead(asserted={"soft_sale": CANARY})),
    ],
)
def test_a_personal_value_prints_as_a_mask(shown: str) -> None:
    """However it is turned into text, alone or inside a lead, the value stays away."""
    assert "canary" not in shown


def test_a_personal_value_is_only_given_up_on_demand() -> None:
    """`reveal` gives it; nothing stays nothing; equal values are equal."""
    assert Personal(CANARY).reveal() == CANARY
    assert Personal.of(None) is None
    assert Personal.of(CANARY) == Personal(CANARY)
    assert {Personal(CANARY), Personal(CANARY)} == {Personal(CANARY)}
    assert Personal(CANARY) != CANARY


@pytest.mark.parametrize("leave", [pickle.dumps, copy.deepcopy, json.dumps], ids=["pickle", "deepcopy", "json"])
def test_a_personal_value_does_not_leave_by_itself(leave: object) -> None:
    """Serialisers that know nothing of it fail, and their error holds no value."""
    with pytest.raises(TypeError) as error:
        leave(Personal(CANARY))  # type: ignore[operator]  # each of them is called
    assert "canary" not in str(error.value)
    with pytest.raises(TypeError):
        asdict(Person(email=Personal(CANARY)))


def test_a_personal_value_is_in_no_traceback_and_no_log_line(caplog: pytest.LogCaptureFixture) -> None:
    """An exception that carries it, with the locals of every frame, shows the mask."""
    held = Person(email=Personal(CANARY))
    try:
        raise ValueError(held)  # noqa: TRY301 - an exception that carries the value is what this is about
    except ValueError as error:
        lines = traceback.TracebackException.from_exception(error, capture_locals=True).format()
        assert "canary.4711" not in "".join(line for line in lines if "CANARY =" not in line)
        logging.getLogger("tests").exception("it broke: %s", held)
    assert "canary.4711" not in caplog.text


def test_a_lead_says_where_it_came_from() -> None:
    """Source and stage are its submission's."""
    made: Lead = lead()
    assert (made.source, made.stage.value) == ("web", "inquiry")


@given(st.binary(min_size=16, max_size=16), st.sampled_from(["ld", "sb", "ev"]))
def test_an_identifier_reads_back(value: bytes, prefix: str) -> None:
    """What is encoded decodes to the same bytes; another prefix is refused."""
    text = typeid.encode(prefix, value)
    assert len(text) == len(prefix) + 27
    assert typeid.decode(prefix, text) == value
    with pytest.raises(Malformed):
        typeid.decode("xx", text)


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_identifiers_sort_as_their_bytes(first: bytes, second: bytes) -> None:
    """So that a list by id is a list by time."""
    assert (typeid.encode("ld", first) < typeid.encode("ld", second)) == (first < second)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ld", "ld_", "ld_short", "ld_" + "0" * 25, "ld_" + "0" * 27),
        *("ld_8" + "0" * 25, "ld_" + "u" * 26, "ld_" + "O" * 26, "LD_" + "0" * 26, "0" * 26),
    ],
)
def test_what_is_no_identifier_is_refused(text: str) -> None:
    """Wrong lengths, letters outside the alphabet, and more than 128 bits."""
    with pytest.raises(Malformed):
        typeid.decode("ld", text)


def test_a_uuid7_carries_time_version_and_variant() -> None:
    """RFC 9562, the example of appendix A.6: its bytes from its time and its random bits."""
    example = bytes.fromhex("017F22E279B07CC398C4DC0C0C07398F")
    moment = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    assert typeid.uuid7(int(moment.timestamp() * 1000), example[6:]) == example


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("lead.created", "pending", 0)], Dispatched.PENDING),
        ([("lead.created", "sending", 1)], Dispatched.SENT),
        ([("lead.created", "pending", 1)], Dispatched.SENT),
        ([("lead.created", "cancelled", 0)], None),
        ([("lead.created", "cancelled", 1)], Dispatched.STOPPED),
        ([("lead.created", "cancelled", 1), ("lead.created", "pending", 0)], Dispatched.SENT),
        ([("lead.created", "dead", 3), ("lead.created", "cancelled", 0)], Dispatched.FAILED),
        ([("lead.created", "dead", 3)], Dispatched.FAILED),
        ([("lead.created", "dead", 0)], None),
        ([("lead.created", "delivered", 1), ("lead.updated", "dead", 3)], Dispatched.SENT),
        ([("lead.created", "delivered", 1), ("lead.updated", "pending", 0)], Dispatched.SENT),
        ([("lead.created", "delivered", 1), ("lead.retracted", "pending", 0)], Dispatched.RETRACTED),
        ([("lead.created", "delivered", 1), ("lead.retracted", "dead", 9)], Dispatched.RETRACTED),
        ([("lead.created", "delivered", 1), ("lead.retracted", "cancelled", 0)], Dispatched.SENT),
        ([("lead.retracted", "delivered", 1), ("lead.created", "pending", 0)], Dispatched.PENDING),
        ([("lead.created", "dead", 3), ("lead.created", "delivered", 1)], Dispatched.SENT),
    ],
)
def test_deliveries_tell_what_a_destination_has(rows: list[tuple[str, str, int]], expected: Dispatched | None) -> None:
    """Folded in their order: an attempt may have arrived, whatever became of it."""
    state = None
    for row in rows:
        state = dispatched(state, *row)
    assert state == expected
