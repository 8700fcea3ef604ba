"""The guide to writing a connector is run as it stands: its files, its commands, its Python."""

import re
import shutil
from pathlib import Path

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


def test_the_guides_python_takes_a_step_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file beside the manifest is found, and leaves test companies out."""
    manifest = written(tmp_path)
    package = tmp_path / "your_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    for file in manifest.parent.iterdir():
        shutil.copy(file, package / file.name)
    (package / "example_registry.py").write_text(blocks("python")[0], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    plugin = __import__("your_package.example_registry", fromlist=["Plugin"]).Plugin
    asked = plugin(case_of(plugin, tmp_path).settings)
    assert asked.record({"name": "Acme", "test": True}, {}) is None
    assert asked.record({"name": "Acme"}, {}) == {"name": "Acme"}


def test_the_guide_says_how_many_checks_there_are() -> None:
    """The numbers on the page are those of the certificate."""
    assert (len(CHECKS), len(WIRE_CHECKS)) == (19, 8)
    assert "Nineteen checks look" in TEXT
    assert "Eight more ask" in TEXT
