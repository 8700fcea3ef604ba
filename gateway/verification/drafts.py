"""Drafts of frozen values, for the few kinds that are made once per address of a long list."""

from typing import Any


def draft_of(kind: Any) -> Any:  # noqa: ANN401 - any class that `dataclass(slots=True)` made, and its like
    """A class with the slots of a frozen dataclass, whose instances can be written to until they are given its class.

    A frozen dataclass's own constructor asks `object.__setattr__` for each field, and takes five times as long as
    writing to the slots. Whoever makes a draft fills every slot, sets `__class__` and only then hands it on, so that
    nobody sees it change. `tests/gateway/verification/test_email_drafts.py` holds what is made so equal to what the
    constructors make.
    """
    return type(f"{kind.__name__}Draft", (), {"__slots__": kind.__slots__})
