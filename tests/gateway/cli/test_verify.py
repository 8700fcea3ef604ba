"""`leadgate verify`, typed: explanations, lines and JSON, of values typed or piped; no network is asked."""

import json
import subprocess
import sys
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from gateway.cli.values import PART, parts
from gateway.cli.verdicts import print_explained, told
from gateway.verification.answers import MailboxAnswer, MailboxOutcome
from gateway.verification.reasons import Level
from tests.gateway.cli.programs import environment, typed
from tests.gateway.verification.verdicts import email

ADDRESSES = ("ada@acme.example", "no address", "j@gmial.com")


def verify(*words: str, folder: Path, piped: str | None = None) -> str:
    """What a check prints."""
    return typed("verify", *words, folder=folder, piped=piped).stdout


def refused(*words: str, folder: Path, piped: str | None = None) -> str:
    """What a check that ends with 1 says on standard error."""
    done = typed("verify", *words, folder=folder, piped=piped, check=False)
    assert done.returncode == 1, done.stdout
    return " ".join(done.stderr.split())


def test_json_is_a_bare_array_in_the_order_of_the_values(tmp_path: Path) -> None:
    """One item per value, whatever is wrong with it, and the same bytes as printed whole."""
    printed = verify("email", *ADDRESSES, "--level", "lists", "--json", folder=tmp_path)
    items = json.loads(printed)
    assert [each["value"] for each in items] == list(ADDRESSES)
    assert [each["verdict"] for each in items] == ["deliverable", "undeliverable", "risky"]
    assert printed == json.dumps(items, indent=2, ensure_ascii=False) + "\n"


def test_values_come_from_a_file_or_standard_input(tmp_path: Path) -> None:
    """Typed ones first, then a line each; empty lines are passed over."""
    (tmp_path / "list.txt").write_bytes("\ufeffada@acme.example\r\n\r\nbücher@acme.example\n".encode())
    words = ("email", "bob@acme.example", "--file", "list.txt", "--level", "syntax", "--json")
    items = json.loads(verify(*words, folder=tmp_path))
    assert [each["value"] for each in items] == ["bob@acme.example", "ada@acme.example", "bücher@acme.example"]
    for stdin in (("-",), ("--file", "-")):
        piped = verify("phone", *stdin, "--json", folder=tmp_path, piped="+442079460958\n030 901820\n")
        assert [each["verdict"] for each in json.loads(piped)] == ["valid", "unknown"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"ada@acme.example\nj\xf6rg@acme.example\n", "list.txt, line 2, is not in UTF-8: save the file so."),
        ("ada@acme.example\n".encode("utf-16"), "list.txt, line 1, is not in UTF-8: save the file so."),
        (b"\n \n", "list.txt is empty: write one value a line."),
    ],
    ids=["latin-1", "utf-16", "empty"],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    """Its values would be others, and be called undeliverable."""
    (tmp_path / "list.txt").write_bytes(content)
    assert complaint in refused("email", "--file", "list.txt", "--level", "syntax", folder=tmp_path)


def test_what_came_before_a_line_that_cannot_be_read_is_answered(tmp_path: Path) -> None:
    """Nobody takes the answers for all of them: it ends with 1, and JSON stays open."""
    (tmp_path / "list.txt").write_bytes(b"ada@acme.example\n" * (PART + 3) + b"j\xf6rg@acme.example\n")
    done = typed("verify", "email", "--file", "list.txt", "--level", "syntax", "--table", folder=tmp_path, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (1, PART + 3 + 1)
    assert f"line {PART + 4}, is not in UTF-8" in " ".join(done.stderr.split())


@pytest.mark.integration  # for the time it takes
def test_a_reader_who_has_enough_ends_it_in_silence(tmp_path: Path) -> None:
    """As `head` does."""
    (tmp_path / "list.txt").write_text("ada@acme.example\n" * 5_000, encoding="utf-8")
    begin = (sys.executable, "-c", "from gateway.cli import main; main()")
    words = [*begin, "verify", "email", "--file", "list.txt", "--level", "syntax", "--table"]
    with subprocess.Popen(
        words, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as ran:
        assert ran.stdout is not None
        assert ran.stdout.readline().startswith("verdict")
        ran.stdout.close()
        assert ran.stderr is not None
        assert ran.stderr.read() == ""
    assert ran.returncode == 1


@pytest.mark.parametrize("head", ["email,name", "E-Mail;Name", '"email","name"', "name\tjane@acme.example"])
def test_a_table_is_said_to_be_one(tmp_path: Path, head: str) -> None:
    """Each of its lines would be one wrong value: what to do is said once."""
    (tmp_path / "list.csv").write_text(f"{head}\njane@acme.example,Jane\n", encoding="utf-8")
    said = typed("verify", "email", "--file", "list.csv", "--level", "syntax", folder=tmp_path).stderr
    assert said.count("looks like a table") == 1


@pytest.mark.parametrize(
    ("first", "said"), [('"Doe, Jane" <jane@acme.example>', ""), ("email", "begins with a heading")]
)
def test_one_value_is_no_table(tmp_path: Path, first: str, said: str) -> None:
    """A name may hold a comma; a heading alone is told apart."""
    (tmp_path / "list.txt").write_text(f"{first}\njane@acme.example\n", encoding="utf-8")
    ended = typed("verify", "email", "--file", "list.txt", "--level", "syntax", folder=tmp_path)
    assert said in ended.stderr
    assert "table" not in ended.stderr


def test_a_column_is_read_as_exports_write_it(tmp_path: Path) -> None:
    """Each value in quotes under a heading; quotes that belong to an address stay."""
    lines = ('"Email"', '"ada@acme.example"', '"jane doe"@acme.example', '""', '"""j d""@acme.example"', '"x" y"')
    (tmp_path / "list.csv").write_text("\r\n".join(lines), encoding="utf-8")
    done = typed("verify", "email", "--file", "list.csv", "--level", "syntax", "--json", folder=tmp_path)
    read = [each["value"] for each in json.loads(done.stdout)]
    assert read == ["ada@acme.example", '"jane doe"@acme.example', '"j d"@acme.example', '"x" y"']
    assert "begins with a heading, which is passed over" in " ".join(done.stderr.split())


def test_two_ways_to_print_are_one_too_many(tmp_path: Path) -> None:
    """Nobody would know which of them counts."""
    for words in (("--table", "--json"), ("--table", "--words", "kickbox")):
        assert "--table" in refused("email", "jane@acme.example", "--level", "syntax", *words, folder=tmp_path)


def test_a_few_thousand_lines_are_taken_in_parts(tmp_path: Path) -> None:
    """Values come in their order, never more than a part at once, and none before it is asked for."""
    file = tmp_path / "many.txt"
    file.write_text("".join(f"+49301{number:05}\n" for number in range(2 * PART + 3)), encoding="utf-8")
    taken = list(parts(["+1"], file))
    assert [len(part) for part in taken] == [PART, PART, 4]
    assert [*taken[0][:2], taken[2][-1]] == ["+1", "+4930100000", f"+49301{2 * PART + 2:05}"]
    lines = verify("phone", "--file", "many.txt", "--table", folder=tmp_path).splitlines()
    assert len(lines) == 2 * PART + 3 + 1
    assert all(f"+49301{number:05}" in line for number, line in enumerate(islice(lines, 1, 5)))


def test_a_line_without_an_end_is_one_short_value(tmp_path: Path) -> None:
    """A file that is one line of many megabytes takes no memory, and what follows it is still read."""
    file = tmp_path / "long.txt"
    file.write_text("a" * 3_000_000 + "@acme.example\nada@acme.example\n", encoding="utf-8")
    ((first, second),) = parts(None, file)
    assert (len(first) <= 4096, second) == (True, "ada@acme.example")


def test_a_line_per_value_has_verdict_score_level_and_reasons(tmp_path: Path) -> None:
    """Whatever a value holds, it is one line and steers no terminal."""
    hostile = "\x1b[31mred@acme.example\u202e\n[bold]x"
    head, *lines = verify("email", *ADDRESSES, hostile, "--level", "lists", "--table", folder=tmp_path).splitlines()
    assert head.split() == ["verdict", "score", "level", "value", "reasons"]
    assert len(lines) == 4
    assert lines[0] == f"{'deliverable':13} {60:5} {'lists':9} ada@acme.example  syntax_ok, lists_clear"
    assert lines[2].endswith("typo_trap_domain, did you mean j@gmail.com?")
    assert r"\x1b[31mred@acme.example\u202e\n[bold]x" in lines[3]
    assert "\x1b" not in lines[3]


def test_an_explanation_says_what_it_shows_and_what_to_do(tmp_path: Path) -> None:
    """Verdict in words, level, score with its parts, each reason with advice, facts, suggestion and evidence."""
    text = " ".join(verify("email", "info@gmial.com", "--level", "lists", folder=tmp_path).split())
    for part in (
        "info@gmial.com: risky Something speaks against the address, without proving anything.",
        "Level lists: It shows what the lists say of its domain; it does not show whether the domain takes mail.",
        "- 20 (typo_trap_domain)",
        "To do: Show the suggestion to the person; never correct it silently.",
        "Did you mean: info@gmail.com? It is never applied by itself.",
        "null_mx, implicit_mx, spf_reject_all, parked",
        "leadgate-typo-traps@",
        "May be relied on until: 20",
    ):
        assert part in text
    assert "To do: Nothing" not in text
    national = " ".join(verify("phone", "030 901820", "--region", "de", folder=tmp_path).split())
    for part in ("Type: fixed line", "Region: DE (told by whoever asked)", "E.164: +4930901820"):
        assert part in national
    for part in ("International: +49 30 901820", "National: 030 901820", "Time zones: Europe/Berlin"):
        assert part in national


def test_a_mailbox_check_is_explained_with_its_reply() -> None:
    """Who asked whom, how it ended, and the server's words."""
    answer = MailboxAnswer(
        outcome=MailboxOutcome.GREYLISTED, host="mx.acme.example", code=450, enhanced="4.7.1", text="try later"
    )
    screen = Console(file=StringIO(), width=80)
    print_explained(screen, "x", email(mailbox=answer, wanted=Level.SMTP).to_json())
    text = screen.file.getvalue()  # type: ignore[attr-defined]  # the StringIO above
    assert max(map(len, text.splitlines())) <= 80
    flat = " ".join(text.split())
    assert "Mailbox check by smtp: greylisted at mx.acme.example; it said: 450 4.7.1 try later" in flat
    assert "Ask again: after 15 minutes" in flat
    assert "DNS: mx: mx.acme.example" in flat


def test_colours_are_for_terminals(tmp_path: Path) -> None:
    """What is piped holds no control characters."""
    assert "\x1b" not in verify("email", *ADDRESSES, "--level", "syntax", folder=tmp_path)
    screen = Console(file=StringIO(), width=80, force_terminal=True)
    print_explained(screen, "x", email().to_json())
    assert "\x1b[1;32mdeliverable" in screen.file.getvalue()  # type: ignore[attr-defined]  # the StringIO above


def test_details_come_where_they_are_wanted(tmp_path: Path) -> None:
    """Formats, operator of the first allocation and time zones: in an explanation, and in JSON when asked for."""
    words = ("phone", "+49 151 23456789", "--json")
    assert "details" not in json.loads(verify(*words, folder=tmp_path))[0]
    (item,) = json.loads(verify(*words, "--details", folder=tmp_path))
    assert item["details"]["rfc3966"] == "tel:+49-1512-3456789"
    assert item["details"]["original_allocation"] is True
    text = " ".join(verify("phone", "+49 151 23456789", "no", folder=tmp_path).split())
    assert f"Range given to: {item['details']['carrier']}; people take numbers along there" in text


def test_a_verdict_is_told_in_a_vendors_words(tmp_path: Path) -> None:
    """`--words` adds the vendor's status and fields."""
    words = ("email", "no address", "--level", "syntax", "--words", "zerobounce")
    (item,) = json.loads(verify(*words, "--json", folder=tmp_path))
    assert (item["words"]["vendor"], item["words"]["sub_status"]) == ("zerobounce", "failed_syntax_check")
    assert "In a vendor's words invalid: failed_syntax_check" in " ".join(verify(*words, folder=tmp_path).split())


def test_what_cannot_be_done_says_what_to_do_and_repeats_nothing(tmp_path: Path) -> None:
    """Errors name options, never the values that were checked."""
    assert "--file" in refused("email", folder=tmp_path)
    assert "one of syntax, lists, dns, smtp, vendor" in refused(
        "email", "ada@acme.example", "--level", "numbering", folder=tmp_path
    )
    assert "zerobounce, neverbounce" in refused("email", "ada@acme.example", "--words", "acme", folder=tmp_path)
    assert "two letters" in refused("phone", "+49301", "--region", "DEU", folder=tmp_path)
    missing = refused("phone", "+4930901820", "--file", "gone.txt", folder=tmp_path)
    assert "gone.txt" in missing
    assert "4930901820" not in missing


def test_a_list_cut_short_is_no_whole_json(tmp_path: Path) -> None:
    """Where the file of a list cannot be read after other values, nobody can take what was printed for all."""
    done = typed("verify", "phone", *["+1"] * PART, "--file", "gone.txt", "--json", folder=tmp_path, check=False)
    assert done.returncode == 1
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(done.stdout)


@given(st.text(max_size=200))
def test_a_shown_value_is_one_printable_line(value: str) -> None:
    """Nothing that steers a terminal is left of it."""
    assert told(value).isprintable()
    assert "\n" not in told(value)


def test_a_policy_of_ones_own_is_in_force(tmp_path: Path) -> None:
    """The setting names it: its lists, accepted doubts and points count, and its faults stop every check."""
    own = verify("policy", "--shipped", folder=tmp_path)
    for old, new in (
        ("deny: []", "deny: [acme.example]"),
        ("allow: []", "allow: [mailinator.com]"),
        ("accepted_doubts: []", "accepted_doubts: [quoted_local_part]"),
        ("weights: {}", "weights: {syntax_ok: 30}"),
    ):
        own = own.replace(old, new)
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    env = environment(tmp_path, verification_policy="own.yaml")
    values = ("ada@sub.acme.example", "ada@mailinator.com", "ada@example.com")
    printed = typed("verify", "email", *values, "--level", "lists", "--json", folder=tmp_path, env=env).stdout
    found = [(each["verdict"], each["facts"]["denied"], each["score"]) for each in json.loads(printed)]
    assert found == [("risky", True, 5), ("deliverable", False, 80), ("deliverable", False, 85)]
    assert json.loads(typed("verify", "policy", "--json", folder=tmp_path, env=env).stdout)["deny"] == ["acme.example"]
    (tmp_path / "own.yaml").write_text(own.replace("version: 2", "version: 1"), encoding="utf-8")
    done = typed("verify", "email", "ada@example.com", "--level", "lists", folder=tmp_path, env=env, check=False)
    assert (done.returncode, "own.yaml speaks the words of version 1" in " ".join(done.stderr.split())) == (1, True)


def test_a_policy_is_printed_or_its_faults(tmp_path: Path) -> None:
    """The one in force, one of one's own, and one that is wrong."""
    table: dict[str, Any] = json.loads(verify("policy", "--json", folder=tmp_path))
    assert table["email"]["undeliverable"]["action"] == "drop"
    assert "retry after 15, 60, 240 minutes, then hold" in verify("policy", folder=tmp_path)
    own = verify("policy", "--shipped", folder=tmp_path).replace("deny: []", "deny: [acme.com]")
    (tmp_path / "own.yaml").write_text(own, encoding="utf-8")
    assert json.loads(verify("policy", "own.yaml", "--json", folder=tmp_path))["deny"] == ["acme.com"]
    (tmp_path / "own.yaml").write_text(own.replace("acme.com", "co.uk"), encoding="utf-8")
    assert "email.deny.0: holds everybody's domains" in refused("policy", "own.yaml", folder=tmp_path)
