"""The generated pages under docs: reference pages written from the code, and indexes from the pages.

`make docs` writes them; tests/house/test_pages.py holds them equal to the code.
"""

import ast
import importlib
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol, cast

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from gateway.errors import LeadgateError
from gateway.settings import Settings
from tests.house import codes, company_codes, technologies, tree, vendor_words
from tests.house.errors import family

BEGIN: Final = "<!-- written by `make docs`: do not edit below -->"


def errors() -> str:
    """The problems an HTTP caller can meet, then each package's own tree."""
    lines = ["| `type` | status | title | when |", "|---|---|---|---|"]
    lines += [
        f"| `{problem.type}` | {problem.status} | {problem.title} | {_sentence(problem)} |"
        for problem in sorted(problems(), key=lambda one: (one.status, one.type))
    ]
    for package, title in (("consent", "Consent"), ("connectors", "Connectors"), ("audit", "Audit")):
        lines += ["", f"## {title}", "", "| class | message |", "|---|---|"]
        lines += [f"| `{one.name}` | {_sentence(one.load())} |" for one in family(package)]
    return "\n".join(lines) + "\n"


def problems() -> list[type[LeadgateError]]:
    """The gateway's errors that have a problem type of their own."""
    classes = [one.load() for one in family("gateway")]
    return [one for one in classes if issubclass(one, LeadgateError) and "type" in vars(one)]


def _sentence(cls: type) -> str:
    text = " ".join((cls.__doc__ or "").split("\n\n")[0].split())
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: found[1].upper(), text).replace("|", "\\|")


def settings() -> str:
    """Every setting: its variable, its default and what it does."""
    lines = ["| variable | in `leadgate.toml` | default | what it is |", "|---|---|---|---|"]
    for path, field in fields(Settings):
        variable = "LEADGATE_" + "__".join(path).upper()
        lines.append(f"| `{variable}` | `{'.'.join(path)}` | {_default(field)} | {_text(field)} |")
    return "\n".join(lines) + "\n"


def fields(model: type[BaseModel], above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    """Every field of a model and of the models in it, with its path."""
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from fields(inner, (*above, name))
        else:
            yield (*above, name), field


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "needed"
    if value is None or value in ((), {}, ""):
        return "unset"
    return f"`{_plain(value)}`"


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return (
            "; ".join(_plain(one) for one in value)
            if any(isinstance(one, tuple) for one in value)
            else ",".join(map(str, value))
        )
    return str(value)


def _text(field: FieldInfo) -> str:
    return (field.description or "").replace("|", "\\|")


def plugins() -> str:
    """Every plug-in with the first sentence of its file."""
    lines: list[str] = []
    for folder in tree.PLUGIN_FOLDERS:
        rows = [f"| `{one.stem}` | {_first(one)} |" for one in tree.plugins() if tree.name(one.parent) == folder]
        lines += [f"## {folder}", "", "| plug-in | what it is |", "|---|---|", *rows, ""]
    return "\n".join(lines).rstrip() + "\n"


def _first(path: Path) -> str:
    if path.suffix == ".py":
        text = ast.get_docstring(tree.parsed(path)) or ""
    else:
        text = path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ")
    return " ".join(text.split("\n\n")[0].split()).replace("|", "\\|")


class Parameter(Protocol):
    """An argument or option of a command, as Typer holds it."""

    name: str
    param_type_name: str
    opts: list[str]
    secondary_opts: list[str]
    hidden: bool
    required: bool
    nargs: int
    help: str | None


class Command(Protocol):
    """A command or a group of commands, as Typer holds it."""

    help: str | None
    hidden: bool
    params: list[Parameter]


def commands() -> str:
    """Every command of `leadgate` with its arguments and options."""
    return described(root())


def described(top: Command) -> str:
    """The commands of a tree, one heading each."""
    lines: list[str] = []
    for words, command in sorted(leaves(top), key=lambda one: one[0]):
        usage = " ".join(["leadgate", *words, *map(_argument, arguments(command))])
        lines += [f"## `leadgate {' '.join(words)}`", "", (command.help or "").strip(), "", "```", usage, "```", ""]
        if shown := [option for option in options(command) if not option.hidden]:
            lines += ["| option | what it does |", "|---|---|", *map(_option, shown), ""]
    return "\n".join(lines).rstrip() + "\n"


def root() -> Command:
    """The whole command tree."""
    return read(importlib.import_module("gateway.cli").app)


def read(app: typer.Typer) -> Command:
    """The commands of a Typer application."""
    return cast("Command", typer.main.get_command(app))


def leaves(command: Command, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command that does something, with the words that lead to it; hidden ones left out."""
    children: dict[str, Command] | None = getattr(command, "commands", None)
    if children is None:
        yield words, command
        return
    for name, child in children.items():
        if not child.hidden:
            yield from leaves(child, (*words, name))


def arguments(command: Command) -> list[Parameter]:
    """What a command takes by position."""
    return [one for one in command.params if one.param_type_name == "argument"]


def options(command: Command) -> list[Parameter]:
    """What a command takes by name."""
    return [one for one in command.params if one.param_type_name == "option"]


def _argument(one: Parameter) -> str:
    text = one.name.upper() + ("…" if one.nargs == -1 else "")
    return text if one.required else f"[{text}]"


def _option(one: Parameter) -> str:
    names = ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))
    return f"| {names} | {' '.join((one.help or '').split())} |".replace("\n", " ")


FOLDERS: Final = {
    "tutorial": "Tutorial: learn by doing",
    "how-to": "How-to: one task each",
    "reference": "Reference: look it up",
    "explanation": "Explanation: why it is so",
}


def index() -> str:
    """Every page under docs, by the four kinds of documentation."""
    lines: list[str] = []
    for folder, title in FOLDERS.items():
        found = sorted((tree.ROOT / "docs" / folder).glob("**/*.md"))
        rows = [f"- [{heading(one)}]({one.relative_to(tree.ROOT / 'docs').as_posix()})" for one in found]
        lines += [f"## {title}", "", *rows, ""] if rows else []
    return "\n".join(lines).rstrip() + "\n"


def decisions() -> str:
    """Every decision, in the order in which they were taken."""
    found = sorted((tree.ROOT / "docs/decisions").glob("[0-9]*.md"))
    return "\n".join(f"- [{heading(one)}]({one.name})" for one in found) + "\n"


def heading(path: Path) -> str:
    """A page's own title."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    return first.removeprefix("# ").strip()


PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/README.md": index,
    "docs/decisions/README.md": decisions,
    "docs/reference/commands.md": commands,
    "docs/reference/company-verdict.md": company_codes.page,
    "docs/reference/errors.md": errors,
    "docs/reference/plugins.md": plugins,
    "docs/reference/reason-codes.md": codes.page,
    "docs/reference/settings.md": settings,
    "docs/reference/technologies.md": technologies.page,
    "docs/reference/vendor-words.md": vendor_words.page,
}


def written(page: str) -> str:
    """The generated part as the page holds it now."""
    _, _, below = (tree.ROOT / page).read_text(encoding="utf-8").partition(f"{BEGIN}\n\n")
    return below


def write(page: str) -> None:
    """Replace the generated part of a page."""
    path = tree.ROOT / page
    above, _, _ = path.read_text(encoding="utf-8").partition(BEGIN)
    path.write_text(f"{above}{BEGIN}\n\n{PAGES[page]()}", encoding="utf-8")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or PAGES:
        write(chosen)
