"""The command: exit codes, what it prints, what it imports, and the one-file verifier."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit import generate
from audit.command import main
from tests.audit.good import good_bundle
from tests.audit.world import signer

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A good export on disk."""
    path = tmp_path / "export.zip"
    path.write_bytes(good_bundle().data)
    return path


def test_a_good_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, and the words say what was proved, for whom, and that no key was given."""
    assert main(["verify", str(file)]) == 0
    shown = capsys.readouterr().out
    assert "proved" in shown
    assert "NOT" not in shown
    assert "no --key was given" in shown
    assert "yearly audit" in shown
    assert main(["verify", str(file), "--key", signer().key.vkey()]) == 0
    assert "no --key" not in capsys.readouterr().out


def test_a_changed_file(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and the words say what is wrong and where."""
    data = bytearray(file.read_bytes())
    data[500] ^= 1
    file.write_bytes(data)
    assert main(["verify", str(file)]) == 1
    shown = capsys.readouterr().out
    assert "NOT PROVED" in shown
    assert "README.txt, byte 500 of the file" in shown


def test_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The verdict as JSON has the same facts."""
    assert main(["verify", str(file), "--json"]) == 0
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["verified"] is True
    assert verdict["log_key"] == signer().key.vkey()
    assert verdict["counts"]["open"] == 8  # seven entries and a take-over
    file.write_bytes(file.read_bytes() + b"x")
    assert main(["verify", str(file), "--json"]) == 1
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["verified"] is False
    assert verdict["findings"][0]["where"] == "end of file"
    assert verdict["findings"][0]["offset"] == len(file.read_bytes()) - 1


def test_another_key(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key that did not sign is exit code 3, a key that is none is a usage error."""
    assert main(["verify", str(file), "--key", signer(seed="another").key.vkey()]) == 3
    assert "another key" in capsys.readouterr().out
    assert main(["verify", str(file), "--key", "nonsense"]) == 64
    assert "--key" in capsys.readouterr().err


def test_no_file_and_no_sense(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit codes 1 to 3 say something about a file that was read; these do not."""
    assert main(["verify", str(tmp_path / "none.zip")]) == 66
    assert "No such file" in capsys.readouterr().err
    for arguments in ([], ["verify"], ["verify", "a", "--nonsense"], ["prove", "a"]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 64
    (tmp_path / "empty.zip").touch()
    assert main(["verify", str(tmp_path / "empty.zip")]) == 1


def test_the_bundled_verifier_is_up_to_date() -> None:
    """The copy in the package is what the modules give now: run ``python -m audit.generate`` after changing one."""
    assert generate.BUNDLED.read_text(encoding="utf-8") == generate.source()


def test_the_bundled_verifier_ships_in_the_export() -> None:
    """verify.py in an export is that copy."""
    assert good_bundle().members["verify.py"].decode() == generate.source()


def test_modules_that_cannot_be_joined_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two modules with one name, or an alias, would change their meaning when joined."""
    monkeypatch.setattr(generate, "HERE", tmp_path)
    monkeypatch.setattr(generate, "MODULES", ("one", "two"))
    (tmp_path / "one.py").write_text("import json\nx = 1\n")
    for text in ("x: int = 2\n", "def json(): ...\n", "import json as j\n"):
        (tmp_path / "two.py").write_text(text)
        with pytest.raises(ValueError, match=r"defined|alias"):
            generate.source()


@pytest.mark.integration
def test_verify_py_runs_alone(file: Path, tmp_path: Path) -> None:
    """Taken out of the export, in isolated mode, away from the checkout, it says the same."""
    (tmp_path / "verify.py").write_bytes(good_bundle().members["verify.py"])
    for arguments, code in ((["export.zip"], 0), (["verify", "export.zip", "--json"], 0), (["verify.py"], 1)):
        run = subprocess.run(
            [sys.executable, "-I", "verify.py", *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert run.returncode == code, run.stdout + run.stderr
        assert run.stderr == ""
    assert file.exists()


@pytest.mark.integration
def test_python_m_audit_needs_only_cryptography(file: Path) -> None:
    """Running the verifier loads nothing but the standard library, cryptography, what that needs, and audit."""
    program = (
        "import runpy, sys\n"
        "sys.argv = ['audit', 'verify', sys.argv[1]]\n"
        "try:\n    runpy.run_module('audit', run_name='__main__')\n"
        "except SystemExit as stop:\n    assert stop.code == 0, stop.code\n"
        "print(sorted({name.split('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(file)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    loaded = set(json.loads(run.stdout.splitlines()[-1].replace("'", '"')))
    allowed = {"audit", "cryptography", "_openssl", "_cffi_backend", "cffi", "__main__"}
    set_up = ("__editable", "_editable", "_virtualenv", "_distutils_hack")  # by the environment, before any import
    assert [each for each in loaded - allowed if not each.startswith(set_up)] == []
