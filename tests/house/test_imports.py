"""What the import contracts of pyproject.toml cannot say, and proof that each of them can fail."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

from tests.house import allowances, rules
from tests.house.tree import PACKAGES, PLUGIN_FOLDERS, ROOT, dotted, modules, name, parsed, plugins

PURE = (
    "gateway/journey.py",
    "gateway/afterwards.py",
    "gateway/holds.py",
    "gateway/looking_up.py",
    "gateway/steps.py",
    "gateway/facts.py",
    "gateway/ports.py",
    "gateway/lead.py",
    "gateway/submission.py",
    "gateway/lookup.py",
    "gateway/verification/",
    "consent/",
    "audit/types.py",
    "audit/encoding.py",
    "audit/merkle.py",
    "audit/checkpoint.py",
    "audit/verify.py",
)
"""The core that is values and functions: time, ids, tokens and salts are its arguments."""

IMPURE_FOLDERS = ("gateway/verification/probes/",)

VERIFIER_MAY_IMPORT = frozenset(sys.stdlib_module_names) | {"cryptography", "audit"}

OUTSIDE_WORDS = ("urllib.request.", "http.client.", "http.server.", "logging.", "asyncio.")


def _pure() -> list[Path]:
    return [path for path in modules() if name(path).startswith(PURE) and not name(path).startswith(IMPURE_FOLDERS)]


def _package(path: Path) -> str:
    module = dotted(path)
    return module if path.name == "__init__.py" else module.rpartition(".")[0]


def test_pure_code_reads_no_clock_and_draws_no_randomness() -> None:
    """In the pure parts nobody asks what time it is, draws a random bit, opens a file or prints."""
    places = {f"{name(path)}:{call}": line for path in _pure() for line, call in rules.clocks(parsed(path))}
    assert {place: line for place, line in places.items() if place not in allowances.IMPURE} == {}
    assert sorted(set(allowances.IMPURE) - set(places)) == [], "these need no exception any more"


def test_pure_code_reaches_no_network_through_a_submodule() -> None:
    """Import contracts see `urllib`, not `urllib.request`: this sees the difference."""
    places = [
        f"{name(path)}:{line} {module}"
        for path in _pure()
        for line, module in rules.imported(parsed(path), _package(path))
        if f"{module}.".startswith(OUTSIDE_WORDS)
    ]
    assert places == []


def test_verdicts_do_not_know_the_probes_that_feed_them() -> None:
    """The pure part of verification is told what the network said; it never asks."""
    places = [
        f"{name(path)}:{line}"
        for path in _pure()
        if name(path).startswith("gateway/verification/")
        for line, module in rules.imported(parsed(path), _package(path))
        if f"{module}.".startswith("gateway.verification.probes.")
    ]
    assert places == []


def test_the_contract_on_pure_code_names_every_pure_module() -> None:
    """A module that is pure by design stands in the contract too, from the day it is there."""
    contract = _contracts()["pure"]
    covered = tuple(f"{module}." for module in contract["source_modules"])
    assert [name(path) for path in _pure() if not f"{dotted(path)}.".startswith(covered)] == []


def test_the_verifier_needs_only_the_standard_library_and_cryptography() -> None:
    """Whoever checks an export installs one package, and reads nothing of ours but the log's own modules."""
    graph = grimp.build_graph("audit", include_external_packages=True, cache_dir=None)
    start = {module for module in ("audit.__main__", "audit.verify") if module in graph.modules}
    reached = start | {module for one in start for module in graph.find_upstream_modules(one)}
    foreign = {module for module in reached if module.split(".")[0] not in VERIFIER_MAY_IMPORT}
    assert foreign == set()


def test_names_made_at_run_time_are_imported_only_by_discovery() -> None:
    """What the contracts cannot see is kept to the files whose job it is."""
    places = {name(path) for path in modules() if rules.dynamic_imports(parsed(path))}
    assert sorted(places - set(allowances.DYNAMIC_IMPORTS)) == []
    assert sorted(set(allowances.DYNAMIC_IMPORTS) - places) == [], "these need no exception any more"


def test_no_plugin_is_imported_by_name() -> None:
    """Discovery finds plug-ins; whoever imports one by name makes it part of the product."""
    names = tuple(f"{dotted(path)}." for path in plugins() if path.suffix == ".py")
    places = [
        f"{name(path)}:{line} {module}"
        for path in modules()
        for line, module in rules.imported(parsed(path), _package(path))
        if f"{module}.".startswith(names)
    ]
    assert names
    assert places == []


def test_a_plugin_folder_holds_plugins_and_their_contract() -> None:
    """Adding a plug-in is a file, removing it is `rm`; what plug-ins share is in the kit."""
    strangers = {
        name(path)
        for folder in PLUGIN_FOLDERS
        for path in (ROOT / folder).glob("*.py")
        if path.name != "__init__.py" and path not in plugins()
    }
    assert sorted(strangers) == []


def _contracts() -> dict[str, dict[str, list[str]]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}


VIOLATIONS = {
    "packages": ("consent/errors.py", "import audit"),
    "gateway": ("gateway/errors.py", "import gateway.settings"),
    "storage": ("gateway/storage/engine/unit.py", "import gateway.storage.sealing.vault"),
    "circles": ("gateway/storage/engine/unit.py", "import gateway.storage.engine.statements"),
    "verdicts": ("gateway/verification/reasons.py", "import gateway.lead"),
    "numbering": ("gateway/verification/numbering/reading.py", "import gateway.verification.numbering.single"),
    "pure": ("audit/merkle.py", "import secrets"),
    "http": ("gateway/settings.py", "import httpx"),
    "server": ("gateway/api/envelope.py", "import gateway.serving"),
    "connectors": ("connectors/kit/__init__.py", "import connectors.technographic"),
    "connector-tools": ("connectors/__init__.py", "import logging"),
}
"""For each contract one line that breaks it, and the file to put it in."""


def test_every_contract_has_its_violation() -> None:
    """A contract nobody has tried to break is a hope."""
    assert set(VIOLATIONS) == set(_contracts())


@pytest.mark.integration
def test_every_contract_fails_when_it_is_broken(tmp_path: Path) -> None:
    """In a copy of the tree with one forbidden import per contract, every contract is called broken."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, line in VIOLATIONS.values():
        with (tmp_path / file).open("a", encoding="utf-8") as target:
            target.write(f"\n{line}\n")
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": "", "COLUMNS": "1000"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    counted = re.search(r"Contracts: (\d+) kept, (\d+) broken", run.stdout)
    assert counted is not None
    assert counted.groups() == ("0", str(len(VIOLATIONS))), run.stdout
