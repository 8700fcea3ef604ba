"""The guide to writing a connector is run as it stands: its files, its commands, its Python."""

import asyncio
import importlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.kit.certificate import CHECKS
from connectors.kit.fixtures import case_of
from connectors.kit.loading import declare
from gateway.sandbox.certificate import WIRE_CHECKS, certify
from tests.gateway.cli.programs import environment, shell_blocks, type_in, typed
from tests.house.tree import ROOT

PAGE = "how-to/write-a-connector.md"
TEXT = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
FOLDER = "my-connectors"


def blocks(language: str) -> list[str]:
    """The guide's blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)


def manifest_names() -> list[str]:
    """The names of the two files that the guide has written."""
    return re.findall(rf"^`{FOLDER}/([a-z_.]+\.yaml)`", TEXT, flags=re.MULTILINE)


def written(root: Path) -> Path:
    """Writes the guide's two files where it says."""
    folder = root / FOLDER
    folder.mkdir()
    names = manifest_names()
    for name, text in zip(names, blocks("yaml"), strict=True):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / names[0]


@pytest.mark.integration
async def test_the_guides_connector_is_certified(tmp_path: Path) -> None:
    """What a newcomer copies from the page holds to the contract, by itself and behind the gateway."""
    checked = await certify(declare(written(tmp_path)))
    assert [each for each in checked if each.wrong] == []
    assert len(checked) == len(CHECKS) + len(WIRE_CHECKS)


@pytest.mark.integration
def test_the_guide_is_typed_from_nothing_to_the_certificate(tmp_path: Path) -> None:
    """Every command up to the certificate, and the two files between them, in an empty folder."""
    begin, certify_it, _use = shell_blocks(PAGE)
    names = manifest_names()
    files = [f"cat > {FOLDER}/{name} <<'END'\n{text}END\n" for name, text in zip(names, blocks("yaml"), strict=True)]
    done = type_in("\n".join([begin, *files, certify_it]), folder=tmp_path, env=environment(tmp_path))
    assert re.search(rf"example_registry +yes +{len(CHECKS) + len(WIRE_CHECKS)}", done.stdout)


@pytest.mark.integration
def test_trying_it_needs_the_key_that_the_guide_sets(tmp_path: Path) -> None:
    """Without its settings the connector is named as not set up, with the variable to set."""
    written(tmp_path)
    env = environment(tmp_path, connectors_folder=FOLDER)
    done = typed("connectors", "try", "example_registry", "--domain", "acme.com", folder=tmp_path, env=env, check=False)
    assert done.returncode == 1
    assert "LEADGATE_CONNECTORS__EXAMPLE_REGISTRY__" in done.stderr


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The guide's connector as a distribution of its own has it: two files and a module in `your_package`."""
    manifest = written(tmp_path)
    made = tmp_path / "your_package"
    made.mkdir()
    (made / "__init__.py").write_text("")
    for file in manifest.parent.iterdir():
        shutil.copy(file, made / file.name)
    (made / "example_registry.py").write_text(blocks("python")[0], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield made
    for name in ("your_package", "your_package.example_registry"):
        sys.modules.pop(name, None)


def given_tests() -> dict[str, Any]:
    """The tests that the guide gives to an author, by name."""
    made: dict[str, Any] = {}
    for text in blocks("python")[1:]:
        exec(compile(text, PAGE, "exec"), made)  # noqa: S102 - the page's own words
    return {name: found for name, found in made.items() if name.startswith("test_")}


@pytest.mark.usefixtures("package")
def test_the_guides_python_takes_a_step_over(tmp_path: Path) -> None:
    """The file beside the manifest is found, and leaves test companies out."""
    plugin = importlib.import_module("your_package.example_registry").Plugin
    asked = plugin(case_of(plugin, tmp_path).settings)
    assert asked.record({"name": "Acme", "test": True}, {}) is None
    assert asked.record({"name": "Acme"}, {}) == {"name": "Acme"}


@pytest.mark.integration
@pytest.mark.usefixtures("package")
def test_the_tests_that_the_guide_gives_pass_for_its_connector(tmp_path: Path) -> None:
    """The whole certificate, and the part that opens no connection."""
    given = given_tests()
    assert set(given) == {"test_certified", "test_certified_by_itself"}
    given["test_certified"]()
    for check in CHECKS:
        asyncio.run(given["test_certified_by_itself"](check, tmp_path))


@pytest.mark.integration
def test_the_tests_that_the_guide_gives_fail_for_a_connector_that_is_wrong(package: Path) -> None:
    """One word of its fixtures is another one than it answers with; all else is as in the test above."""
    file = package / "example_registry.fixtures.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("[Acme]", "[Somebody Else]"), encoding="utf-8")
    with pytest.raises(AssertionError):
        given_tests()["test_certified"]()


def test_the_guide_says_how_many_checks_there_are() -> None:
    """The numbers on the page are those of the certificate."""
    assert (len(CHECKS), len(WIRE_CHECKS)) == (21, 8)
    assert "Twenty-one checks look" in TEXT
    assert "Eight more ask" in TEXT
