"""Secrets come from files and pipes too: what is typed stands in the process list for everybody to read."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from gateway.release.kit.signing import write_secret
from gateway.settings import load
from gateway.storage.sending.directory import newest_row
from gateway.wiring import connect
from tests.gateway.cli.programs import started, typed

pytestmark = pytest.mark.integration

URL: Final = "https://crm.example/hook?key=sesame"
FIRST, SECOND = write_secret(b"1" * 32), write_secret(b"2" * 32)


def stored(folder: Path) -> tuple[str | None, tuple[str, ...]]:
    """The URL and the secrets that the destination crm has, newest first."""

    async def read() -> tuple[str | None, tuple[str, ...]]:
        gateway = await connect(load(data_dir=folder / "leadgate-data"))
        try:
            row = await gateway.office.database.read(lambda connection: newest_row(connection, "crm"))
            assert row is not None
            destination, secrets = gateway.outbox.means.directory.open(row)  # type: ignore[attr-defined]  # it is SQL's
            return destination.url, secrets
        finally:
            await gateway.close()

    return asyncio.run(read())


def add(*words: str, folder: Path, piped: str | None = None, check: bool = True) -> str:
    """Add the destination crm; what was said on standard error."""
    done = typed("destinations", "add", "crm", *words, folder=folder, piped=piped, check=check)
    assert done.returncode == 0 or not check
    return " ".join(done.stderr.split())


def test_secrets_and_the_url_come_from_files(tmp_path: Path) -> None:
    """One secret a line, newest first; a typed one goes before them."""
    (tmp_path / "url.txt").write_text(f"{URL}\n", encoding="utf-8")
    (tmp_path / "secrets.txt").write_text(f"{FIRST}\n\n {SECOND} \n", encoding="utf-8")
    add("--url-file", "url.txt", "--secret-file", "secrets.txt", folder=tmp_path)
    assert stored(tmp_path) == (URL, (FIRST, SECOND))
    add("--url", URL, "--secret", SECOND, "--secret-file", "secrets.txt", folder=tmp_path)
    assert stored(tmp_path)[1] == (SECOND, FIRST, SECOND)


def test_a_secret_comes_through_a_pipe(tmp_path: Path) -> None:
    """`-` is standard input."""
    add("--url", URL, "--secret-file", "-", folder=tmp_path, piped=f"{FIRST}\n")
    assert stored(tmp_path) == (URL, (FIRST,))


def test_what_cannot_be_used_is_said_without_the_secret(tmp_path: Path) -> None:
    """Nothing piped in, two places for one URL, and a secret that is none: each is refused and not repeated."""
    assert "Standard input is empty" in add("--url", URL, "--secret-file", "-", folder=tmp_path, piped="", check=False)
    (tmp_path / "url.txt").write_text(URL, encoding="utf-8")
    twice = add("--url", URL, "--url-file", "url.txt", folder=tmp_path, check=False)
    assert "Only one can be used here" in twice
    (tmp_path / "secrets.txt").write_text("sesame", encoding="utf-8")
    bad = add("--url", URL, "--secret-file", "secrets.txt", folder=tmp_path, check=False)
    assert "24 to 64" in bad
    assert "sesame" not in bad + twice


def test_the_inbox_takes_its_secret_from_a_file(tmp_path: Path) -> None:
    """It checks with the one in the file; two are refused before it listens."""
    (tmp_path / "secret.txt").write_text(FIRST, encoding="utf-8")
    with started(["sandbox", "inbox", "--secret-file", "secret.txt"], folder=tmp_path) as inbox:
        assert inbox.find(r"secret: (\S+)") == FIRST
    done = typed("sandbox", "inbox", "--secret", SECOND, "--secret-file", "secret.txt", folder=tmp_path, check=False)
    assert done.returncode == 1
    assert "Only one can be used here" in " ".join(done.stderr.split())
