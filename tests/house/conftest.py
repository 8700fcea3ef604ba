"""The house's rules are read out of the same parsed files: one worker reads them for all."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of this folder first: where tests are shared out, a worker's first share is one long run."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/house/"))
