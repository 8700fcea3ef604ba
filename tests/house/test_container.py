"""The container files, linted and run without Docker: no engine is needed to know that they hold together."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import yaml

from tests.gateway.cli.programs import environment, run, started
from tests.house.tree import PACKAGES, ROOT
from tests.support import postgres
from tests.support.waiting import PATIENCE

LEADGATE = Path(sys.executable).with_name("leadgate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction of a Dockerfile, its continued lines joined."""

    word: str
    rest: str

    @property
    def exec_form(self) -> list[str]:
        """The words of an instruction in its JSON form."""
        words = json.loads(self.rest)
        assert isinstance(words, list)
        return [str(word) for word in words]


def dockerfile() -> list[list[Instruction]]:
    """The Dockerfile's instructions, stage by stage."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    stages: list[list[Instruction]] = []
    for line in filter(str.strip, text.splitlines()):
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stages.append([])
        stages[-1].append(Instruction(word=word, rest=rest.strip()))
    return stages


def _only(stage: list[Instruction], word: str) -> Instruction:
    found = [one for one in stage if one.word == word]
    assert len(found) == 1, f"{word} stands {len(found)} times in the last stage"
    return found[0]


def compose() -> dict[str, Any]:
    """The compose file as YAML reads it, with its anchors filled in."""
    loaded = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_the_image_is_built_in_stages() -> None:
    """The last stage starts afresh and takes over one folder: no compiler, lock or source comes along."""
    *build, runtime = dockerfile()
    assert build
    copies = [one.rest.split() for one in runtime if one.word in {"COPY", "ADD"}]
    assert copies == [["--from=build", "/opt/leadgate", "/opt/leadgate"]]


def test_base_images_are_pinned() -> None:
    """A base image names its version and its system; `latest` would change under our feet."""
    images = [stage[0].rest.split(" ")[0] for stage in dockerfile()]
    images += [service["image"] for service in compose()["services"].values()]
    for image in images:
        tag = image.rpartition(":")[2] if ":" in image else ""
        assert re.match(r"\d", tag), f"{image} names no version"
        assert "latest" not in image


def test_the_image_runs_as_nobody_special() -> None:
    """The process is no root, by number, so that an orchestrator can check it; its folders are its own."""
    runtime = dockerfile()[-1]
    user = _only(runtime, "USER").rest
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    words = [one.word for one in runtime]
    assert words.index("USER") > max(place for place, word in enumerate(words) if word in {"RUN", "COPY"})
    assert "--mode 0700" in next(one.rest for one in runtime if one.word == "RUN")


def test_the_image_installs_only_what_the_lock_holds() -> None:
    """Hashes are required once, and no later step may reach an index."""
    pips = [
        step
        for stage in dockerfile()
        for one in stage
        if one.word == "RUN"
        for step in one.rest.split("&&")
        if re.search(r"\bpip (install|wheel)\b", step)
    ]
    assert pips
    for step in pips:
        assert "--require-hashes" in step or "--no-index" in step or "--no-build-isolation" in step, step


def test_the_builder_gets_every_package_and_nothing_secret() -> None:
    """What is copied is what the ignore file lets through, and all four packages are among it."""
    copied = {
        word for stage in dockerfile()[:-1] for one in stage if one.word == "COPY" for word in one.rest.split()[:-1]
    }
    let_through = {
        line[1:].rstrip("/")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    assert set(PACKAGES) <= copied
    assert copied <= let_through
    assert {path for path in copied if not (ROOT / path).exists()} == set()


def test_compose_runs_the_processes_of_a_deployment() -> None:
    """One PostgreSQL of 16 or newer, one server, two workers and one sequencer, all of one image."""
    services = compose()["services"]
    assert set(services) == {"postgres", "upgrade", "serve", "worker", "sequencer"}
    major = re.match(r"postgres:(\d+)", services["postgres"]["image"])
    assert major is not None
    assert int(major[1]) >= 16
    assert services["worker"]["deploy"]["replicas"] == 2
    assert services["worker"]["command"] == ["worker"]
    assert services["sequencer"]["command"] == ["sequencer"]
    assert "command" not in services["serve"]
    assert len({services[one]["image"] for one in ("upgrade", "serve", "worker", "sequencer")}) == 1


def test_compose_changes_tables_as_their_owner_and_works_as_another() -> None:
    """Only the upgrade, which runs once and ends, knows the owner."""
    services = compose()["services"]
    owner = services["postgres"]["environment"]["POSTGRES_USER"]
    roles = {
        name: re.sub(r"postgresql://(\w+):.*", r"\1", one["environment"]["LEADGATE_DATABASE_URL"])
        for name, one in services.items()
        if name != "postgres"
    }
    assert roles.pop("upgrade") == owner
    assert set(roles.values()) == {"leadgate"} != {owner}
    assert (services["upgrade"]["command"], services["upgrade"]["restart"]) == (["db", "upgrade"], "no")


def test_compose_hardens_every_process_of_ours() -> None:
    """A root file system that nobody writes to, no capability, no new privilege, and a log that rotates."""
    for name, one in compose()["services"].items():
        assert one["logging"]["driver"] == "local", name
        if name != "postgres":
            assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"]), name
            assert "no-new-privileges:true" in one["security_opt"], name


def test_compose_keeps_what_every_process_writes() -> None:
    """Whoever sends writes files into the data directory: without its volume they end with the container."""
    for name in ("serve", "worker", "sequencer"):
        assert "data:/var/lib/leadgate" in compose()["services"][name]["volumes"], name


@pytest.mark.integration
@pytest.mark.postgres
def test_the_roles_of_compose_and_of_the_page_are_enough(tmp_path: Path) -> None:
    """On a server of its own: the script makes the role, the owner the tables, and the role sets a gateway up."""
    folder = postgres.binaries()
    if folder is None:
        pytest.skip("no PostgreSQL is installed that could be started here")
    file = compose()
    script = file["configs"]["roles"]["content"].replace("$$", "$")
    page = (ROOT / "docs/how-to/run-on-postgresql.md").read_text(encoding="utf-8")
    grants = [line for line in script.splitlines() if line.startswith(("GRANT", "ALTER"))]
    assert len(grants) == 3
    assert [line for line in grants if line not in page] == []
    with postgres.throw_away(folder) as url:
        place = urlsplit(url)
        given = {
            "POSTGRES_USER": str(place.username),
            "POSTGRES_DB": "postgres",
            "POSTGRES_APP_PASSWORD": "it's secret",
        }
        where = {"PGHOST": str(place.hostname), "PGPORT": str(place.port)}
        psql = {**os.environ, **given, **where, "PATH": f"{folder}:{os.environ['PATH']}"}
        subprocess.run(["bash", "-eu", "-c", script], env=psql, check=True, capture_output=True)
        address = f"{place.hostname}:{place.port}/postgres"
        owner, worker = (
            environment(tmp_path, database_url=f"postgresql://{user}@{address}")
            for user in (place.username, "leadgate")
        )
        run("db", "upgrade", folder=tmp_path, env=owner)
        run("sources", "add", "website", folder=tmp_path, env=worker)
        with started(["worker"], folder=tmp_path, env=worker) as process:
            process.find("(works)")
            assert process.stop() == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            asyncio.run(postgres.run_sql(f"postgresql://leadgate@{address}", "DROP TABLE sources"))


def test_compose_keeps_keys_and_memory_apart_from_the_database() -> None:
    """The key store and the sequencer's memory have volumes of their own; only the sequencer sees its memory."""
    file = compose()
    mounts = {
        name: dict(mount.split(":")[:2] for mount in service.get("volumes", ()))
        for name, service in file["services"].items()
    }
    assert {volume for mount in mounts.values() for volume in mount} == set(file["volumes"])
    assert [name for name, mount in mounts.items() if "sequencer" in mount] == ["sequencer"]
    assert sorted(name for name, mount in mounts.items() if "keys" in mount) == ["sequencer", "serve", "worker"]
    assert "keys" not in mounts["postgres"]
    memory = Path(file["services"]["sequencer"]["environment"]["LEADGATE_SEQUENCER_MEMORY"])
    assert str(memory.parent) == mounts["sequencer"]["sequencer"]
    assert file["services"]["worker"]["environment"]["LEADGATE_KEYS_DIR"] == mounts["worker"]["keys"]
    made = next(one.rest for one in dockerfile()[-1] if one.word == "RUN")
    for name in ("serve", "worker", "sequencer"):
        assert all(f" {folder}" in made for folder in mounts[name].values()), "a volume's folder needs its owner"


def test_compose_holds_no_secret() -> None:
    """Passwords come from the environment, and a missing one stops `docker compose up` by name."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    for line in text.splitlines():
        if re.search(r"PASSWORD:|://", line) and "127.0.0.1" not in line:
            assert re.search(r"\$\{POSTGRES_(APP_)?PASSWORD:\?", line), line


def test_compose_starts_in_the_right_order() -> None:
    """Who waits for a service waits until it is healthy, and that service says how to tell; or until it has ended."""
    services = compose()["services"]
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            if needed == "upgrade":
                assert how == {"condition": "service_completed_successfully"}
                continue
            assert how == {"condition": "service_healthy"}
            inherited = needed == "serve" and any(one.word == "HEALTHCHECK" for one in dockerfile()[-1])
            assert inherited or "test" in services[needed]["healthcheck"]


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.mark.integration
def test_the_entry_command_serves_and_its_health_check_agrees(tmp_path: Path) -> None:
    """ENTRYPOINT and CMD start the server, HEALTHCHECK's own command succeeds, and STOPSIGNAL ends it cleanly."""
    runtime = dockerfile()[-1]
    entry, *words = _only(runtime, "ENTRYPOINT").exec_form + _only(runtime, "CMD").exec_form
    assert entry == "leadgate"
    assert {one: two for one, two in pairwise(words) if one == "--host"} == {"--host": "0.0.0.0"}  # noqa: S104 - a container's port is published by its engine
    port = _free_port()
    check = _only(runtime, "HEALTHCHECK").rest.partition("CMD ")[2].replace(":8080/", f":{port}/")
    python, *arguments = json.loads(check)
    assert python == "python"
    environment = {**os.environ, "LEADGATE_DATA_DIR": str(tmp_path / "data"), "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(
        [LEADGATE, *words, "--port", str(port)], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while subprocess.run([sys.executable, *arguments], check=False, stderr=subprocess.DEVNULL).returncode != 0:
            assert server.poll() is None, server.communicate()[1]
            assert time.monotonic() < deadline, "the health check never agreed"
            time.sleep(0.2)
        server.send_signal(getattr(signal, _only(runtime, "STOPSIGNAL").rest))
        _, errors = server.communicate(timeout=PATIENCE)
        assert server.returncode == 0, errors
    finally:
        if server.poll() is None:
            server.kill()
            server.communicate()
