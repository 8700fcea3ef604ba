"""Nothing committed tells of the machine it was written on, and nothing in it looks like a secret."""

import re

import pytest

from tests.house.tree import files, name, text

_FOLDERS = ("work", "tmp", "root", "farm", "opt/wheels", "opt/pypi[a-z-]*")
MACHINE = re.compile(rf"(?<![\w.~$}}/-])/({'|'.join(_FOLDERS)})(?=[/\s\"'`),:;]|$)")
"""A path of the machine, not the end of a longer path or of a URL."""

REGISTRY = re.compile(r"(?i)\b(py" + r"pi\.org|pythonhost" + r"ed\.org|npm" + r"js\.org|/simple/)")
"""A package registry's host: what is installed is the lock's business, from where is the installer's."""

SECRET = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b")
"""The beginning of a private key, or a cloud key."""


@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY, SECRET], ids=["machine", "registry", "secret"])
def test_nothing_committed_leaks(pattern: re.Pattern[str]) -> None:
    """No file names a path of this machine or a registry's host, or carries a private key."""
    places = []
    for path in files():
        said = text(path) or ""
        places += [f"{name(path)}:{said.count(chr(10), 0, hit.start()) + 1} {hit[0]}" for hit in pattern.finditer(said)]
    assert places == []


@pytest.mark.parametrize(
    ("pattern", "caught", "innocent"),
    [
        (MACHINE, "see /" + "tmp/brief", "see gateway/work/local.py"),
        (MACHINE, "'/" + "root'", "https://example.com/work/"),
        (MACHINE, "/" + "work/main", "GET /v1/work/dead"),
        (REGISTRY, "https://py" + "pi.org/x", "PyPI"),
        (SECRET, "-----BEGIN PRIVATE" + " KEY-----", "-----BEGIN PUBLIC KEY-----"),
    ],
)
def test_a_leak_is_told_from_what_looks_like_one(pattern: re.Pattern[str], caught: str, innocent: str) -> None:
    """Each pattern catches its leak and lets the innocent neighbour pass."""
    assert pattern.search(caught)
    assert not pattern.search(innocent)
