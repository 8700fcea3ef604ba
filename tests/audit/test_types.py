"""The registry of event types only ever grows."""

import re

import pytest

from audit.errors import UnknownType
from audit.types import CLEAR_TYPES, RECEIPT_TYPES, Retention, _type, all_types, by_name, by_number
from tests.audit.released import RELEASED_TYPES


def test_released_types_keep_number_name_and_sentence() -> None:
    """What an old leaf, export or report says must mean the same for ever."""
    for line in RELEASED_TYPES.split("\n")[1:-1]:
        number, name, sentence = line.split(" ", 2)
        assert (by_number(int(number)).name, by_number(int(number)).sentence) == (name, sentence)
        assert by_name(name).number == int(number)


def test_every_type_is_released_in_the_list() -> None:
    """A new type is added to the list of released types too, so that it stays."""
    known = [f"{each.number} {each.name} {each.sentence}" for each in all_types()]
    assert known == RELEASED_TYPES.split("\n")[1:-1]


def test_types_are_well_formed() -> None:
    """Numbers fit 16 bits, names are dotted, sentences are sentences, schemas count from one."""
    for each in all_types():
        assert 0 < each.number < 1 << 16
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", each.name)
        assert each.sentence.endswith(".")
        assert each.schema >= 1
    assert all(by_number(each).retention is Retention.LOG for each in CLEAR_TYPES | RECEIPT_TYPES)


def test_unknown_and_doubled_types() -> None:
    """What is not registered is an error, and nothing is registered twice."""
    with pytest.raises(UnknownType):
        by_number(65_535)
    with pytest.raises(UnknownType):
        by_name("lead.unknown")
    with pytest.raises(UnknownType):
        _type(1, "log.other", 1, Retention.LOG, "A number that is taken.")
    with pytest.raises(UnknownType):
        _type(65_000, "log.batch", 1, Retention.LOG, "A name that is taken.")
