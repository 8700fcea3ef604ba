"""The house's rules are read out of the same parsed files: one worker reads them for all."""

from pathlib import Path

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of this folder first: where tests are shared out, a worker's first share is one long run."""
    here = Path(__file__).parent
    items.sort(key=lambda item: here not in item.path.parents)
