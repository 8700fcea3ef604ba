"""A vendor's list of erased records: read piece by piece, whole, or told to be none."""

from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.discovery import discover
from connectors.errors import Unreadable
from connectors.kit import HeldSecrets, LookupOutcome, VendorHttp
from connectors.kit.calling import ErasureFeed
from connectors.kit.erasures import read_erasures
from connectors.kit.fakes import FixedDeadline, ScriptedHttp, reply
from connectors.kit.ports import Reply, Request
from connectors.kit.template import Values

MANIFEST: Final = discover()["people_data_labs_person"].manifest


class Pieces:
    """A vendor whose list comes in these pieces; what stands in the place of one is raised."""

    def __init__(self, *pieces: bytes | Exception) -> None:
        self.pieces = pieces

    async def send(self, request: Request, *, seconds: float, max_bytes: int) -> Reply:
        """Hand the pieces over."""
        assert request.take is not None
        assert (seconds, max_bytes) > (0, 0)
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            await request.take(piece)
        return reply(200, b"", content_type="text/plain")


async def read(http: Pieces | ScriptedHttp, begins: str = "pdl_id") -> tuple[str | None, list[str]]:
    """Why the list could not be read, and what stood in it."""
    manifest = MANIFEST.model_copy(update={"erasures": ErasureFeed(path="/erased", begins=begins)})
    secrets = HeldSecrets({"api_key": "secret"})
    bound = VendorHttp(manifest=manifest, http=http, secrets=secrets, deadline=FixedDeadline())
    told: list[str] = []

    async def each(ids: Sequence[str]) -> None:
        assert len(ids) <= 1000
        told.extend(ids)

    against = await read_erasures(manifest, Values(known={}), bound, each)
    return (None if against is None else against.reason), told


RECORDS = st.lists(st.text("abcXYZ019-_", min_size=1, max_size=40), max_size=30)


@given(RECORDS, st.integers(1, 50), st.sampled_from(["\n", "\r\n", "\n\n"]))
async def test_the_list_is_the_same_in_whatever_pieces_it_comes(records: list[str], size: int, ends: str) -> None:
    """Cut anywhere, with line ends of any system and empty lines in between."""
    text = ends.join(("pdl_id", *records)).encode()
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    assert await read(Pieces(*pieces)) == (None, records)


async def test_a_long_list_is_handed_over_as_it_comes() -> None:
    """A hundred thousand records, a thousand at a time, all of them and in their order."""
    records = [f"record{number}" for number in range(100_000)]
    assert await read(Pieces("\n".join(["pdl_id", *records]).encode())) == (None, records)


async def test_of_a_list_that_breaks_off_what_came_counts() -> None:
    """The connection ends in the middle: whole chunks were handed over, and the list was not read to its end."""
    first = "\n".join(["pdl_id", *map(str, range(1500))]).encode()
    against, told = await read(Pieces(first, Unreadable("gzip_damaged")))
    assert (against, told) == ("gzip_damaged", [str(number) for number in range(1000)])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"<html>\npdl_id\n1", "not_as_expected"),
        (b"", "not_as_expected"),
        (b"\n\n", "not_as_expected"),
        (b"pdl_id\n" + b"x" * 300, "line_too_long"),
        (b"pdl_id\n" + b"x" * 300 + b"\n", "line_too_long"),
    ],
)
async def test_what_is_no_such_list_is_not_taken_for_one(text: bytes, why: str) -> None:
    """A page, nothing at all, or a line that is no id: the reason says so, and nobody is named."""
    assert await read(Pieces(text)) == (why, [])


async def test_a_list_may_have_no_first_line_of_its_own() -> None:
    """Then its first line is a record too, and an empty list is one."""
    assert await read(Pieces(b"1\n2\n"), begins="") == (None, ["1", "2"])
    assert await read(Pieces(b""), begins="") == (None, [])


async def test_a_refusal_is_told_as_that_of_any_other_call() -> None:
    """By its status; its body is not read."""
    assert await read(ScriptedHttp((reply(401, b"pdl_id\n1\n"),))) == ("status_401", [])


async def test_without_a_list_nothing_is_asked() -> None:
    """A manifest that names none is refused before a call."""
    manifest = MANIFEST.model_copy(update={"erasures": None})
    http = ScriptedHttp((reply(),))
    bound = VendorHttp(manifest=manifest, http=http, secrets=HeldSecrets({}), deadline=FixedDeadline())

    async def each(ids: Sequence[str]) -> None:
        raise AssertionError(ids)

    against = await read_erasures(manifest, Values(known={}), bound, each)
    assert against is not None
    assert (against.outcome, http.sent) == (LookupOutcome.REFUSED, [])


async def test_of_a_table_the_first_column_counts() -> None:
    """Quotes, further columns and a mark before UTF-8 are no part of an id."""
    assert await read(Pieces(b'\xef\xbb\xbf"pdl_id","at"\r\n"a1","2026"\r\nb2,\r\n')) == (None, ["a1", "b2"])
