"""Errors: one tree per package, each gateway class with a problem of its own, and one page that lists them all."""

from gateway.errors import LeadgateError
from tests.house import allowances
from tests.house.errors import ROOTS, family, found
from tests.house.tree import PACKAGES, documents, name


def test_each_package_has_one_error_tree() -> None:
    """Every exception of a package descends from its root, so that one handler catches them all."""
    inside = {one.place for package in PACKAGES for one in family(package)}
    beside = {one.module for one in found() if one.place not in inside}
    assert sorted(beside - set(allowances.ERRORS_BESIDE_THE_TREE)) == []
    assert sorted(set(allowances.ERRORS_BESIDE_THE_TREE) - beside) == [], "these need no exception any more"
    assert set(ROOTS.values()) <= inside


def test_every_gateway_error_is_a_problem_of_its_own() -> None:
    """Each class carries its own type and title and an HTTP error status, and no two share a type."""
    types: dict[str, str] = {}
    for one in family("gateway"):
        cls = one.load()
        assert issubclass(cls, LeadgateError)
        if one.place in allowances.INTERNAL_ERRORS:
            assert "type" not in vars(cls), f"{one.place} needs no exception any more"
            continue
        assert {"type", "title"} <= set(vars(cls)), f"{one.place} has no type or title of its own"
        assert 400 <= cls.status <= 599, one.place
        assert types.setdefault(cls.type, one.place) == one.place, "two classes share a type"


def test_every_error_says_what_happened() -> None:
    """An exception's docstring is its message pattern: it is there, and fits one line."""
    for one in found():
        first = (one.load().__doc__ or "").strip().split("\n\n")[0]
        assert len(first) > 10, one.place


def test_error_types_are_written_like_names() -> None:
    """A problem type is lower case with hyphens, for clients compare it."""
    for one in family("gateway"):
        cls = one.load()
        assert issubclass(cls, LeadgateError)
        assert cls.type.replace("-", "").isalnum(), one.place
        assert cls.type == cls.type.lower(), one.place


def test_the_errors_page_names_every_class() -> None:
    """Whoever meets an error finds it on one page."""
    page = next(path for path in documents() if name(path) == "docs/reference/errors.md").read_text("utf-8")
    for one in family("gateway"):
        cls = one.load()
        assert issubclass(cls, LeadgateError)
        assert f"`{cls.type}`" in page, f"run `make docs`: {one.place}"
    for package in ("audit", "consent", "connectors"):
        for one in family(package):
            assert f"`{one.name}`" in page, f"run `make docs`: {one.place}"
