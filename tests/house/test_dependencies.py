"""Dependencies: each explained, each locked with its hashes, each under a licence that we may ship."""

import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name

from tests.house import allowances
from tests.house.tree import ROOT

PAGE = ROOT / "docs/decisions/dependencies.md"
LOCK = ROOT / "requirements.lock"

SUPPORTED = ("3.11", "3.12", "3.13")
RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"

SHIPPABLE = ("MIT", "BSD", "Apache", "ISC", "PSF", "Python Software", "Unlicense", "Zlib", "MPL", "Mozilla", "LGPL")
BARRED = re.compile(
    r"\b(A?GPL|GNU (Affero )?General Public|BSL|BUSL|Business Source|SSPL|Commons Clause)", re.IGNORECASE
)


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _shipped() -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in _project()["project"]["dependencies"]}


def _tools() -> set[str]:
    groups = _project()["dependency-groups"].values()
    return {canonicalize_name(Requirement(line).name) for group in groups for line in group}


def _closure(names: set[str]) -> set[str]:
    """The packages and everything they bring along here, extras included."""
    waiting = {(name, "") for name in names}
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = one = waiting.pop()
        seen.add(one)
        for line in metadata.requires(name) or []:
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                wanted = {(canonicalize_name(need.name), brought) for brought in ("", *need.extras)}
                waiting |= {each for each in wanted - seen if _installed(each[0])}
    return {name for name, _ in seen}


def _installed(name: str) -> bool:
    try:
        metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _licence(name: str) -> str:
    """What a package's own metadata says of its licence; where that is nothing, what we have read in its source."""
    said = metadata.metadata(name).json
    words = [str(said.get("license_expression") or str(said.get("license", "")).split("\n")[0])]
    words += [line for line in said.get("classifier", []) if line.startswith("License ::")]
    return " ".join(filter(None, words)) or allowances.LICENCES_READ_IN_THE_SOURCE.get(name, "")


def _rows() -> dict[str, list[str]]:
    table = re.findall(r"^\| (?!package|---)(.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    cells = [[cell.strip() for cell in row.split(" | ")] for row in table]
    return {canonicalize_name(row[0]): row for row in cells}


def test_every_dependency_earns_its_line() -> None:
    """What is asked for in pyproject.toml is explained on the page, in all five columns, and nothing else is."""
    rows = _rows()
    assert set(rows) == _shipped() | _tools()
    for name, row in rows.items():
        assert len(row) == 5, name
        assert all(len(cell) > 2 for cell in row[1:]), name


def test_the_page_states_the_licence_that_the_package_states() -> None:
    """The licence column agrees with the package's own metadata."""
    for name, row in _rows().items():
        families = {family for family in (*SHIPPABLE, "GPL") if family in row[3]}
        assert families, name
        assert any(family in _licence(name) for family in families), f"{name}: {row[3]} against {_licence(name)}"


def test_what_is_shipped_may_be_shipped() -> None:
    """Everything the wheel pulls in is permissive, MPL or LGPL."""
    for name in sorted(_closure(_shipped())):
        licence = _licence(name)
        assert any(family in licence for family in SHIPPABLE), f"{name}: {licence or 'no licence stated'}"
        assert not BARRED.search(licence.replace("LGPL", "")), f"{name}: {licence}"


def test_tools_under_the_gpl_are_named() -> None:
    """A tool may be GPL when it only runs as a program; the list says which, and why that is so."""
    barred = {name for name in _closure(_tools()) if BARRED.search(_licence(name).replace("LGPL", ""))}
    assert barred == set(allowances.GPL_TOOLS)
    assert barred & _closure(_shipped()) == set()


def _entries() -> dict[str, str]:
    """Each locked package with its lines of the lock."""
    entries: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", LOCK.read_text(encoding="utf-8")):
        if found := re.match(r"([A-Za-z0-9._-]+)==", block):
            name = canonicalize_name(found[1])
            entries[name] = f"{entries.get(name, '')}{block}\n"
    return entries


def _locked() -> dict[str, list[str]]:
    """Each locked package with its hashes."""
    return {name: re.findall(r"--hash=sha256:([0-9a-f]{64})\b", entry) for name, entry in _entries().items()}


def test_the_lock_names_no_index() -> None:
    """The lock says what, never from where: a mirror or an internal index must do as well."""
    for number, line in enumerate(LOCK.read_text(encoding="utf-8").splitlines(), 1):
        assert "://" not in line, number
        assert not re.match(r"\s*(-i|-f|-e|--(index-url|extra-index-url|find-links|trusted-host|editable))\b", line), (
            number
        )


def test_the_lock_holds_everything_with_a_hash() -> None:
    """Product, tools and the build backend are all in the lock, at the versions installed here, each with hashes."""
    locked = _locked()
    assert _shipped() | _tools() | {"hatchling", "editables"} <= set(locked)
    assert all(locked.values())
    text = LOCK.read_text(encoding="utf-8")
    for name in sorted(_shipped() | _tools()):
        if _installed(name):
            spelling = re.sub(r"[-_.]+", "[-_.]+", name)
            version = re.escape(metadata.version(name))
            assert re.search(rf"(?mi)^{spelling}=={version}[ ;]", text), name


def _compiled() -> dict[str, set[str]]:
    """Each installed package that is compiled for one Python version, with its wheel's tags."""
    compiled = {}
    for name in _closure(_shipped() | _tools()):
        lines = (metadata.distribution(name).read_text("WHEEL") or "").splitlines()
        tags = {tag for line in lines if line.startswith("Tag: ") for tag in parse_tag(line[5:])}
        if tags and all(tag.platform != "any" and tag.abi != "abi3" for tag in tags):
            compiled[name] = {str(tag) for tag in tags}
    return compiled


def test_compiled_packages_are_locked_for_more_than_this_machine() -> None:
    """A package that has one file per Python version has at least three files here: 3.11, 3.12 and 3.13.

    A hash does not say which file it is of, so offline the number is all that can be seen; the next test asks.
    """
    locked = _locked()
    compiled = _compiled()
    assert compiled, "asyncpg at least is compiled"
    assert {name: tags for name, tags in compiled.items() if len(locked[name]) < 3} == {}


@pytest.mark.integration
@pytest.mark.parametrize("version", [one for one in SUPPORTED if one != RUNNING])
@pytest.mark.timeout(900)  # pip fetches what it checks
def test_the_lock_installs_on_every_supported_python(version: str, tmp_path: Path) -> None:
    """On each supported Python but the one we run on, pip finds a wheel of every package by the lock's hashes.

    A package with one file for all Pythons was found when it was installed here; of it, only what it says of the
    Python it needs is looked at.
    """
    entries, compiled = _entries(), _compiled()
    same = {name for name in entries if _installed(name) and name not in compiled}
    needs = {name: SpecifierSet(str(metadata.metadata(name).json.get("requires_python") or "")) for name in same}
    assert [name for name, python in needs.items() if not python.contains(f"{version}.0")] == []
    wanted = tmp_path / "requirements.txt"
    wanted.write_text("".join(entry for name, entry in entries.items() if name not in same), encoding="utf-8")
    base = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    reach = subprocess.run([*base, "index", "versions", "iniconfig"], capture_output=True, check=False)
    if reach.returncode != 0 and os.environ.get("CI") != "true":
        pytest.skip("no package registry can be reached from here")
    run = subprocess.run(
        [
            *base,
            *("install", "--dry-run", "--quiet", "--ignore-installed", "--no-deps", "--only-binary=:all:"),
            *("--python-version", version, "--target", tmp_path, "--require-hashes", "--requirement", wanted),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
