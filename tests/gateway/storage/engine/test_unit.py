"""A unit refuses at once what no store could take."""

from datetime import datetime

import pytest

from gateway.storage.engine.statements import cuts
from gateway.storage.engine.tables import dead_letters, work_items
from gateway.storage.engine.unit import Job, Unit, shape_of
from gateway.storage.leads.tables import idempotency, leads
from gateway.storage.log.tables import audit_waiting
from gateway.storage.people.tables import blind_index
from gateway.storage.registers import notices, sources
from tests.gateway.storage.rows import NOW, source


def test_an_unknown_column_is_refused() -> None:
    """A misspelt column does not silently become NULL."""
    with pytest.raises(ValueError, match="sources has no column knid"):
        Unit().insert(sources, {**source("a"), "knid": "api"})


def test_an_unknown_column_in_place_of_another_is_refused() -> None:
    """Also where the number of columns is right."""
    row = {"knid" if name == "kind" else name: value for name, value in source("a").items()}
    with pytest.raises(ValueError, match="sources has no column knid"):
        Unit().insert(sources, row)


def test_values_stand_in_the_order_of_the_table() -> None:
    """However a row was written down, and with nothing where a column was left out."""
    full = {name: name for name in shape_of(blind_index).columns}
    short = {name: name for name in full if name != "subject_id"}
    unit = Unit().insert(blind_index, dict(reversed(full.items()))).insert(audit_waiting, {"event_id": b"e"})
    assert [rows for _, _, rows in unit] == [[("mac", "kind", "key_generation", "subject_id")], [(b"e",)]]
    optional = Unit().insert(leads, {name: name for name in shape_of(leads).columns if name != "reason"})
    assert [rows[0].index(None) for _, _, rows in optional] == [shape_of(leads).columns.index("reason")]
    with pytest.raises(ValueError, match=r"blind_index\.subject_id may not be empty"):
        Unit().insert(blind_index, short)


def test_a_missing_value_is_refused() -> None:
    """A column that may not be NULL is noticed before anything is sent."""
    with pytest.raises(ValueError, match=r"sources\.kind may not be empty"):
        Unit().put(sources, {**source("a"), "kind": None})


def test_a_key_is_touched_in_one_way() -> None:
    """A unit that deletes and inserts one key would depend on an order that it does not have."""
    with pytest.raises(ValueError, match="delete and insert the same key"):
        Unit().delete(sources, {"key": "a"}).insert(sources, source("a"))


def test_a_deletion_names_the_whole_key() -> None:
    """A part of a key would delete more than one row."""
    with pytest.raises(ValueError, match="exactly the primary key"):
        Unit().delete(notices, {"id": "n", "version": 1})


def test_a_row_is_put_whole() -> None:
    """What is read in part and put again would lose what was not read, without a word."""
    with pytest.raises(ValueError, match="idempotency: answer would be lost: put a whole row"):
        Unit().put(idempotency, {"mac": b"m", "fingerprint": b"f", "expires_at": NOW})
    Unit().put(idempotency, {"mac": b"m", "fingerprint": b"f", "answer": None, "expires_at": NOW})


@pytest.mark.parametrize("row", [{"key": "a"}, {"kind": "api"}, {"key": "a", "knid": "api"}])
def test_an_update_names_the_key_and_what_changes(row: dict[str, str]) -> None:
    """Without the whole key it would change other rows; a misspelt column would change nothing."""
    with pytest.raises(ValueError, match="sources: an update names the primary key"):
        Unit().update(sources, row)


def test_an_update_takes_no_needed_value_away() -> None:
    """A column that may not be NULL is noticed before anything is sent."""
    with pytest.raises(ValueError, match=r"sources\.kind may not be empty"):
        Unit().update(sources, {"key": "a", "kind": None})
    Unit().update(sources, {"key": "a", "notice_id": None})


def test_one_unit_updates_a_row_in_one_way() -> None:
    """Two updates of one row that change other columns would depend on an order that a unit does not have."""
    with pytest.raises(ValueError, match="update and update the same key"):
        Unit().update(sources, {"key": "a", "kind": "api"}, {"key": "a", "notice_id": "n"})


def test_a_counted_key_cannot_be_put() -> None:
    """Where the store counts the key up there is nothing to replace."""
    with pytest.raises(ValueError, match="counts its key up"):
        Unit().put(work_items, {"name": "x"})
    assert shape_of(work_items).key_names == ("id",)


def test_a_job_has_ids_and_an_aware_time() -> None:
    """A job without ids, or at a naive time, is a mistake of the caller."""
    with pytest.raises(ValueError, match="without ids"):
        Unit().enqueue(Job(name="verify", ids=()))
    with pytest.raises(ValueError, match="aware"):
        Unit().enqueue(Job(name="verify", ids=("a",), run_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the mistake itself


def test_a_batch_is_cut_where_a_key_is_touched_in_another_way() -> None:
    """What the statements of one batch would reorder goes into two."""
    first = Unit().delete(sources, {"key": "a"})
    second = Unit().insert(sources, source("b"))
    third = Unit().insert(sources, source("a"))
    fourth = Unit().put(dead_letters, {**dict.fromkeys(shape_of(dead_letters).columns, "x"), "id": "dl"})
    assert cuts([first, second, third, fourth]) == [[first, second], [third, fourth]]
    assert cuts([]) == []
