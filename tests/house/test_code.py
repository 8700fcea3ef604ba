"""How the code is written: first sentences, sizes, where personal values show, what checks answer."""

import ast
import re

import pytest

from tests.house import allowances, rules
from tests.house.tree import PACKAGES, modules, name, parsed, text

FILE_LINES = 300
TEST_FILE_LINES = 400
FUNCTION_LINES = 40
TEST_FUNCTION_LINES = 60


def _limit(file: str, lines: int, test_lines: int) -> int:
    return test_lines if file.startswith("tests/") else lines


def test_every_module_opens_with_a_sentence() -> None:
    """A reader learns from the first line what a file is for."""
    silent = [
        name(path)
        for path in modules(*PACKAGES, "tests")
        if not (ast.get_docstring(parsed(path)) or "").split("\n", 1)[0].rstrip().endswith((".", "?", ":"))
    ]
    assert silent == []


def test_what_a_package_says_it_holds_is_there() -> None:
    """A package's docstring is its map: each file and folder that it names is beside it."""
    gone = [
        f"{name(path)}: {file}"
        for path in modules(*PACKAGES)
        if path.name == "__init__.py"
        for file in re.findall(r"`([\w*/]+(?:\.py|/))`", ast.get_docstring(parsed(path)) or "")
        if not any(path.parent.glob(file.rstrip("/")))
    ]
    assert gone == []


def test_files_fit_in_the_head() -> None:
    """No file passes 300 lines (a test file 400), save those listed with a length that may only fall."""
    lengths = {name(path): len((text(path) or "").splitlines()) for path in modules(*PACKAGES, "tests")}
    too_long = {
        file: lines
        for file, lines in lengths.items()
        if lines > allowances.LONG_FILES.get(file, _limit(file, FILE_LINES, TEST_FILE_LINES))
    }
    assert too_long == {}
    done = [file for file in allowances.LONG_FILES if lengths.get(file, 0) <= _limit(file, FILE_LINES, TEST_FILE_LINES)]
    assert done == [], "these need no exception any more"


def test_functions_fit_on_a_screen() -> None:
    """No function passes 40 lines (a test 60), its docstring not counted, save those listed."""
    lengths = {
        f"{name(path)}:{function.name}": rules.length(function)
        for path in modules(*PACKAGES, "tests")
        for function in rules.functions(parsed(path))
    }
    too_long = {
        place: lines
        for place, lines in lengths.items()
        if lines > allowances.LONG_FUNCTIONS.get(place, _limit(place, FUNCTION_LINES, TEST_FUNCTION_LINES))
    }
    assert too_long == {}
    done = [
        place
        for place in allowances.LONG_FUNCTIONS
        if lengths.get(place, 0) <= _limit(place, FUNCTION_LINES, TEST_FUNCTION_LINES)
    ]
    assert done == [], "these need no exception any more"


def test_personal_values_are_revealed_only_where_it_is_listed() -> None:
    """`.reveal()` stands in the few files that need the value itself, each with its reason."""
    places = {name(path): lines for path in modules(*PACKAGES) if (lines := rules.reveals(parsed(path)))}
    assert sorted(set(places) - set(allowances.REVEAL)) == [], f"revealed at {places}"
    assert sorted(set(allowances.REVEAL) - set(places)) == [], "these reveal nothing any more"


def test_a_check_raises_or_returns_none() -> None:
    """Nothing named `verify…` or `check…` answers with a bool, for a dropped bool is a silent bypass."""
    places = {
        f"{name(path)}:{function}" for path in modules(*PACKAGES) for _, function in rules.boolean_checks(parsed(path))
    }
    assert sorted(places - set(allowances.BOOLEAN_CHECKS)) == []
    assert sorted(set(allowances.BOOLEAN_CHECKS) - places) == [], "these need no exception any more"


def test_nothing_is_mocked() -> None:
    """Fakes have state and pass the real thing's suite; a mock only agrees with itself."""
    assert {name(path): lines for path in modules(*PACKAGES, "tests") if (lines := rules.mocks(parsed(path)))} == {}


@pytest.mark.parametrize(
    "reasons",
    [
        allowances.REVEAL,
        allowances.BOOLEAN_CHECKS,
        allowances.IMPURE,
        allowances.DYNAMIC_IMPORTS,
    ],
    ids=["reveal", "checks", "impure", "dynamic imports"],
)
def test_every_exception_has_a_reason(reasons: dict[str, str]) -> None:
    """An exception says why in a sentence, and names a file that is there."""
    known = {name(path) for path in modules(*PACKAGES)}
    for place, reason in reasons.items():
        assert place.split(":")[0] in known, place
        assert len(reason) > 15, place
        assert reason.endswith("."), place
