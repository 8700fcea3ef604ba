"""The order of messages about one lead at one destination, on rows alone."""

from typing import Any

import pytest

from gateway.storage.sending import order

CREATED, UPDATED, RETRACTED = "lead.created", "lead.updated", "lead.retracted"


def row(ident: str, kind: str, status: str = "pending", *, revision: int = 4, attempts: int = 0) -> dict[str, Any]:
    """A delivery, as far as its order goes."""
    return {"id": ident, "kind": kind, "status": status, "revision": revision, "attempts": attempts}


def test_a_later_decision_stands_behind_whatever_its_clock_said() -> None:
    """The machine that decided later has a slow clock, so its id is the smaller one; its message is the later one."""
    first, second = row("dv_9", CREATED, revision=4), row("dv_1", UPDATED, revision=5)
    assert order.place(first) < order.place(second)
    assert order.behind(first, [second]) == [second]
    assert order.behind(second, [first]) == []


@pytest.mark.parametrize(
    "later",
    [
        row("dv_2", UPDATED, "delivered", attempts=1),
        row("dv_2", UPDATED, "dead", attempts=10),
        row("dv_2", UPDATED, "cancelled", attempts=1),
        row("dv_2", RETRACTED),
    ],
)
def test_nothing_is_sent_behind_what_came_later(later: dict[str, Any]) -> None:
    """Something newer may have arrived, or the lead is to be taken back: what is older has come too late."""
    assert order.overtaken(row("dv_1", CREATED, attempts=1), [later])
    assert not order.overtaken(later, [row("dv_1", CREATED, attempts=1)])


@pytest.mark.parametrize("later", [row("dv_2", UPDATED), row("dv_2", RETRACTED, "cancelled")])
def test_what_was_never_tried_overtakes_nothing(later: dict[str, Any]) -> None:
    """A message that waits, and a retraction that was called off before anybody heard of it."""
    assert not order.overtaken(row("dv_1", CREATED, attempts=1), [later])


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ([row("dv_1", CREATED, "delivered", attempts=1)], UPDATED),
        ([row("dv_1", CREATED, "dead", attempts=10)], CREATED),
        ([], CREATED),
        ([row("dv_1", CREATED, "delivered", attempts=1), row("dv_2", RETRACTED, "delivered", attempts=1)], CREATED),
        ([row("dv_1", CREATED, "delivered", attempts=1), row("dv_2", RETRACTED, "cancelled")], UPDATED),
    ],
)
def test_an_update_goes_to_who_knows_the_lead(before: list[dict[str, Any]], kind: str) -> None:
    """Whoever was never told of the lead, or was told to forget it, is told of it whole."""
    update = row("dv_3", UPDATED, revision=5)
    assert order.kind_of(update, before) == kind
    assert order.kind_of(update, list(reversed(before))) == kind


def test_a_message_that_was_tried_stays_what_it_is() -> None:
    """Its bytes say what it is, and a receiver may have seen them."""
    assert order.kind_of(row("dv_3", UPDATED, attempts=1), []) == UPDATED
    assert order.kind_of(row("dv_3", CREATED), [row("dv_1", CREATED, "delivered", attempts=1)]) == CREATED
    assert order.kind_of(row("dv_3", RETRACTED), []) == RETRACTED


def test_only_what_waits_untried_is_said_with_the_first() -> None:
    """A retraction says something else, and what was tried has bytes of its own."""
    waiting = row("dv_2", UPDATED, revision=5)
    others = [row("dv_3", RETRACTED, revision=6), row("dv_4", UPDATED, attempts=1), waiting]
    assert order.behind(row("dv_1", CREATED), others) == [waiting]
