"""What stands in a clear column, and what must not get there."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from gateway.lead import Personal, Status
from gateway.storage.engine.statements import to_json
from gateway.storage.sealing import codec


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A value as decisions hold them."""

    status: Status
    at: datetime | None
    names: tuple[str, ...] = ()


def test_a_clear_value_is_read_back_as_it_was_written() -> None:
    """What a clear JSON column holds is the value itself, in plain JSON."""
    noted = Noted(status=Status.HELD, at=datetime(2026, 2, 3, 4, 5, 6, 7, tzinfo=UTC), names=("Ünal", "b"))
    written = to_json(codec.clear_json([noted]))
    assert written == '[{"status":"held","at":"2026-02-03T04:05:06.000007Z","names":["Ünal","b"]}]'
    assert codec.convert_text(tuple[Noted, ...], written) == (noted,)


def test_a_masked_value_never_reaches_a_clear_column() -> None:
    """A personal value in what is to be stored in clear is an error, and nothing is written."""
    with pytest.raises(TypeError):
        codec.clear_json({"email": Personal("jane@acme.example")})
