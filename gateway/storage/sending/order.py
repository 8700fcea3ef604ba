"""In which order messages about one lead go to one destination; pure, over the rows of its deliveries.

Two rows are in order by the lead's revision that asked for them, then by id: revisions are committed one after the
other, while ids are drawn before the commit and by the clocks of many machines.

Guarantees. Nothing is sent about a lead at a destination once something later was, so that nobody hears an older state
after a newer one. An update goes only to who was told of the lead. What several messages were to say is said once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from gateway.steps import CREATED, RETRACTED, UPDATED

Row = RowMapping | Mapping[str, Any]


def place(row: Row) -> tuple[int, str]:
    """A delivery's place among those of its lead to its destination."""
    return row["revision"], row["id"]


def overtaken(row: Row, others: Sequence[Row]) -> bool:
    """Whether something later was sent already, or a later retraction is to be: this one then comes too late."""
    later = [each for each in others if place(each) > place(row)]
    return any(each["attempts"] or (each["kind"] == RETRACTED and each["status"] != "cancelled") for each in later)


def kind_of(row: Row, others: Sequence[Row]) -> str:
    """What kind of message it is now: an update that would be the first to tell of the lead tells of it whole.

    It would be the first where the creation before it was given up, or the lead was taken back since.
    """
    if row["kind"] != UPDATED or row["attempts"]:
        kind: str = row["kind"]
        return kind
    told = False
    for each in sorted((each for each in others if place(each) < place(row)), key=place):
        if each["kind"] == RETRACTED:
            told = told and each["status"] == "cancelled"
        else:
            told = told or each["status"] == "delivered"
    return UPDATED if told else CREATED


def behind(row: Row, others: Sequence[Row]) -> list[Row]:
    """The later messages that were never tried, in order: whatever they were to say, this one says if written now."""
    waiting = [each for each in others if each["status"] == "pending" and not each["attempts"]]
    return sorted((each for each in waiting if each["kind"] != RETRACTED and place(each) > place(row)), key=place)
