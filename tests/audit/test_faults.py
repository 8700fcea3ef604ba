"""Every broken export under tests/audit/faults is refused, with the right exit code and the right place."""

import importlib
import pkgutil
from types import ModuleType

import pytest

from audit.verify import examine
from tests.audit import faults
from tests.audit.faults import Bundle
from tests.audit.good import good_bundle

FAULTS = sorted(each.name for each in pkgutil.iter_modules(faults.__path__))


@pytest.fixture(scope="module")
def good() -> Bundle:
    """A good export of seven entries in two batches, taken apart; made once."""
    return good_bundle()


def test_the_good_export_is_proved(good: Bundle) -> None:
    """What the faults start from is whole, and building it again gives the same bytes."""
    verdict = examine(good.data, key=good.signer.key)
    assert verdict.findings == ()
    assert verdict.exit_code == 0
    again = Bundle(good.data, good.members, good.signer)
    assert again.built() == again.resigned() == good.data


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found(good: Bundle, name: str) -> None:
    """The exit code is the fault's, and a finding names its place and what is wrong."""
    fault: ModuleType = importlib.import_module(f"{faults.__name__}.{name}")
    data = fault.spoil(Bundle(good.data, good.members, good.signer))
    assert data != good.data
    verdict = examine(data, key=good.signer.key)
    shown = [str(each) for each in verdict.findings]
    assert verdict.exit_code == fault.EXIT, shown
    assert any(fault.WHERE in each and fault.SAYS in each for each in shown), shown
