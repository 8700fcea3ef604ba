"""How a run starts and shares its tests out; the stores that tests run on are in `tests.support.fixtures`.

And how deep property tests look: `make test` and CI draw every example, `make check` a fifth
(`--hypothesis-profile=quick`). A test that says its own count says it as a share of the profile's; one that makes its
examples itself asks `tests.support.depth`.
"""

import gc
import re
import sys
from pathlib import Path
from typing import Final

import pytest
import pytest_socket
from hypothesis import HealthCheck, settings

# Whatever the shell says: without compiled modules every worker compiles some thousand anew, at each run.
sys.dont_write_bytecode = False

# What is imported and collected stays: looking through it for garbage again and again was a twelfth of the time.
gc.disable()


INTEGRATION: Final = re.compile(
    r"^pytestmark = \[?\s*(?:pytest\.mark\.\w+, )*pytest\.mark\.integration\b", re.MULTILINE
)
"""What a module says of which every test is an integration test."""


def fast(config: pytest.Config) -> bool:
    """Whether the run leaves out integration tests."""
    wanted: str = config.getoption("markexpr")
    return "not integration" in wanted and " or " not in wanted


def pytest_configure(config: pytest.Config) -> None:
    """Load what takes long to import only where it is needed.

    A process that shares tests out runs none, and schemathesis is for integration tests alone.
    """
    if hasattr(config, "workerinput") or config.getoption("dist", "no") == "no":
        config.pluginmanager.import_plugin("tests.support.fixtures")
    if fast(config):
        pytest_socket.disable_socket(allow_unix_socket=True)  # once, and not before each test
    else:
        config.pluginmanager.import_plugin("schemathesis.pytest.plugin")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no module that a run without integration tests takes nothing of: a fourth of them."""
    if collection_path.suffix != ".py" or not fast(config):
        return None
    return True if INTEGRATION.search(collection_path.read_text(encoding="utf-8")) else None


def pytest_runtestloop() -> None:
    """Look for garbage from here on, only among what tests make, and seldom: most of it goes by itself."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    gc.enable()


def pytest_sessionfinish() -> None:
    """Look once through what tests left behind, for what they never closed; pytest looks ten times more."""
    gc.collect()
    gc.freeze()


# How long an example takes says something of the machine, not of the code.
settings.register_profile("whole", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("whole"), max_examples=20)
settings.load_profile("whole")
