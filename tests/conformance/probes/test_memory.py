"""The memory of one process passes the suite."""

import pytest

from gateway.verification.probes.smtp.memory import MemoryProbes
from tests.conformance.probes.suites import ProbeMemorySuite


class TestMemoryProbes(ProbeMemorySuite):
    """What a check by hand remembers."""

    @pytest.fixture
    def memory(self) -> MemoryProbes:
        """An empty one."""
        return MemoryProbes()
