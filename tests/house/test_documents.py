"""The documents: links lead somewhere, commands exist, and every page is found from the index."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from tests.house import pages
from tests.house.tree import ROOT, documents, name, text

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)|<img[^>]+src=\"([^\"]+)\"")
SHELL = frozenset({"", "sh", "bash", "console", "shell"})


def _prose(path: Path) -> str:
    return FENCE.sub("", text(path) or "")


def _anchors(path: Path) -> set[str]:
    """The anchors that a Markdown renderer makes of a page's headings."""
    headings = re.findall(r"^#+ +(.+?) *$", _prose(path), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _links(path: Path) -> list[str]:
    return [next(filter(None, found)) for found in LINK.findall(_prose(path))]


def _commands(path: Path) -> Iterator[list[str]]:
    """Each command line of a page's shell blocks as words: prompts, comments and outputs left out."""
    for language, block in FENCE.findall(text(path) or ""):
        if language not in SHELL:
            continue
        for line in re.sub(r"\\\n\s*", " ", block).splitlines():
            for part in re.split(r"\s*(?:&&|\|\|?|;|>)\s*", line.removeprefix("$ ").strip()):
                try:
                    words = shlex.split(part, comments=True)
                except ValueError:
                    continue
                while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                    words = words[1:]
                if words:
                    yield words


def test_links_lead_somewhere() -> None:
    """Every relative link names a file that is there, and every anchor a heading of it."""
    broken = []
    for page in documents():
        for link in _links(page):
            if re.match(r"[a-z]+:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (page.parent / file).resolve() if file else page
            if not target.exists() or (anchor and anchor not in _anchors(target)):
                broken.append(f"{name(page)}: {link}")
    assert broken == []


def test_every_page_is_found_from_the_index() -> None:
    """A page under docs that the index does not reach is a page nobody reads."""
    start = ROOT / "docs/README.md"
    seen: set[Path] = set()
    waiting = {start}
    while waiting:
        page = waiting.pop()
        seen.add(page)
        targets = {(page.parent / link.partition("#")[0]).resolve() for link in _links(page)}
        waiting |= {target for target in targets - seen if target.suffix == ".md" and target.exists()}
    assert [name(page) for page in documents() if name(page).startswith("docs/") and page not in seen] == []


def test_the_readme_gives_the_two_commands() -> None:
    """A newcomer types `make demo` and `make test`, and nothing else."""
    assert {("make", "demo"), ("make", "test")} <= {tuple(words) for words in _commands(ROOT / "README.md")}


def test_make_targets_in_documents_exist() -> None:
    """Each `make …` that a page tells to type is a target of the Makefile, and each target has its help line."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE))
    declared = re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)
    assert declared is not None
    assert set(declared[1].split()) - {"clean"} <= targets
    told = {word for page in documents() for words in _commands(page) if words[0] == "make" for word in words[1:]}
    assert {word for word in told if not word.startswith("-") and "=" not in word} <= targets | {"clean"}


def test_leadgate_commands_in_documents_exist() -> None:
    """Each `leadgate …` that a page tells to type is a command, with options that it has."""
    known = dict(pages.leaves(pages.root()))
    wrong = []
    for page in documents():
        for words in _commands(page):
            if words[0].rpartition("/")[2] != "leadgate":
                continue
            command = next((known[path] for path in _prefixes(words[1:]) if path in known), None)
            told = {word.split("=")[0] for word in words if word.startswith("--")}
            if command is None or told - _options(command):
                wrong.append(f"{name(page)}: {shlex.join(words)}")
    assert wrong == []


def _prefixes(words: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[:count]) for count in range(len(words), 0, -1))


def _options(command: pages.Command) -> set[str]:
    return {text for one in pages.options(command) for text in (*one.opts, *one.secondary_opts)} | {"--help"}
