"""The generated reference pages are what the code says today, and every plug-in is written about."""

import re

import pytest
import typer

from gateway.settings import Settings
from tests.house import pages
from tests.house.tree import ROOT, documents, name, plugins


@pytest.mark.parametrize("page", sorted(pages.PAGES))
def test_a_generated_page_is_what_make_docs_writes(page: str) -> None:
    """The page holds exactly what `make docs` would write now."""
    assert pages.written(page) == pages.PAGES[page](), f"{page} is old: run `make docs`"


def test_every_setting_says_what_it_is() -> None:
    """A setting without a description cannot be set with confidence."""
    assert [path for path, field in pages.fields(Settings) if not field.description] == []


def test_every_variable_named_in_a_document_is_a_setting() -> None:
    """A page never tells a reader to set something that is not there."""
    known = {"LEADGATE_" + "__".join(path).upper() for path, _ in pages.fields(Settings)}
    known |= {"LEADGATE_TEST_POSTGRES"}
    strangers = {
        (name(path), variable)
        for path in [*documents(), ROOT / "Dockerfile", ROOT / "compose.yaml"]
        for variable in re.findall(r"\bLEADGATE_[A-Z0-9_]+\b", path.read_text(encoding="utf-8"))
        if variable not in known and not variable.startswith("LEADGATE_CONNECTORS__")
    }
    assert strangers == set()


def test_every_plugin_is_written_about() -> None:
    """A plug-in that no page under docs names as one does not exist for its users."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in documents() if name(path).startswith("docs/"))
    assert [name(path) for path in plugins() if f"`{path.stem}`" not in text] == []


def test_the_commands_page_is_read_from_typer() -> None:
    """Groups become words, arguments and options are listed, and hidden commands stay hidden."""
    app = typer.Typer()
    sources = typer.Typer(help="Sources.")
    app.add_typer(sources, name="sources")

    @sources.command("add")
    def _add(key: str, tags: list[str] | None = None, kind: str = typer.Option(..., help="What it is.")) -> None:
        """Add a source."""

    @app.command("verify")
    def _verify(
        files: list[str] = typer.Argument(...),  # noqa: B008 - Typer reads it
        offline: bool = typer.Option(False, "--offline/--online", help="Stay here."),  # noqa: FBT001, FBT003 - as above
    ) -> None:
        """Verify files."""

    @app.command("secret", hidden=True)
    def _secret() -> None:
        """Not for readers."""

    page = pages.described(pages.read(app))
    assert "## `leadgate sources add`\n\nAdd a source.\n\n```\nleadgate sources add KEY\n```" in page
    assert "| `--kind` | What it is. |" in page
    assert "leadgate verify FILES…" in page
    assert "| `--offline`, `--online` | Stay here. |" in page
    assert "secret" not in page
