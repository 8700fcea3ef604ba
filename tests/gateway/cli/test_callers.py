"""Who typed a command: the log's entries say so under their seal, and nothing else does."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from gateway.cli.caller import name_of
from tests.gateway.cli.programs import Server, environment, started, typed

pytestmark = pytest.mark.integration

ME = f"local:{name_of(os.getuid())}"


def exported(folder: Path, name: str) -> tuple[dict[str, set[str]], dict[str, Any]]:
    """Export the log, opened; gives the actors of the entries by their type, and the manifest."""
    typed("audit", "export", "--out", name, "--open", "--purpose", "a test", folder=folder)
    with zipfile.ZipFile(folder / name) as bundle:
        entries = [json.loads(line) for line in bundle.read("events.jsonl").splitlines()]
        manifest = json.loads(bundle.read("manifest.json"))
    found: dict[str, set[str]] = {}
    for entry in entries:
        if "actor" in (entry["payload"] or {}):
            found.setdefault(entry["type"], set()).add(entry["payload"]["actor"])
    return found, manifest


def test_a_command_names_its_user(tmp_path: Path) -> None:
    """One that opens the store itself, and one that a server does for it; the file's clear head names no person."""
    typed("sources", "add", "website", folder=tmp_path)
    typed("policy", "accept", "all", "--as", "A. Tester", folder=tmp_path)
    found, manifest = exported(tmp_path, "before.zip")
    assert (found["source.changed"], found["policy.accepted"], found["audit.exported"]) == ({ME}, {ME}, {ME})
    assert manifest["requester"] == "local"
    with started(["serve", "--port", "0"], folder=tmp_path, env=environment(tmp_path)) as server:
        server.find(r"listens on (\S+)")
        typed("suppressions", "add", "ada@acme.example", folder=tmp_path)
        found, manifest = exported(tmp_path, "after.zip")
        assert server.stop() == 0
    assert (found["suppression.added"], manifest["requester"]) == ({ME}, "local")
    assert_silent(server, tmp_path)


def assert_silent(server: Server, folder: Path) -> None:
    """Neither the server's log nor the database holds the actor in clear."""
    assert ME not in server.said
    for file in (folder / "leadgate-data").glob("leadgate.db*"):
        assert ME.encode() not in file.read_bytes()
