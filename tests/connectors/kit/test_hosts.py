"""Hosts of the operator's own, settings with choices, and the words of a mailbox check."""

from typing import Any

import pytest
from pydantic import ValidationError

from connectors.errors import BadSettings, HostRefused
from connectors.kit import HeldSecrets, Manifest, Request, VendorHttp, read_settings
from connectors.kit.fakes import FixedDeadline, ScriptedHttp, reply
from connectors.kit.schema import FINDINGS, check_value, is_personal
from tests.conformance.connectors.test_broken import GOOD

OWN: dict[str, Any] = {
    **GOOD,
    "hosts": [],
    "spec": {
        **GOOD["spec"],
        "host": {"type": "host", "required": True, "description": "the own server"},
        "pace": {"default": "slow", "choices": ["slow", "fast"], "description": "how fast"},
    },
}
MADE = Manifest.model_validate(OWN)


def bound(http: ScriptedHttp, host: str) -> VendorHttp:
    """The calls of a connector whose operator named a host."""
    settings = read_settings(MADE, {"key": "k1", "host": host})
    return VendorHttp(
        manifest=MADE, http=http, secrets=HeldSecrets({"key": "k1"}), deadline=FixedDeadline(), hosts=settings.hosts
    )


async def test_the_operators_host_may_be_called_and_no_other() -> None:
    """Exactly the name that the setting holds, over https, on its port."""
    http = ScriptedHttp((reply(),))
    calls = bound(http, "checks.company.example")
    await calls.send(Request(method="GET", url="https://checks.company.example/v1"))
    for url in (
        "https://api.vendor.example/v1",
        "https://company.example/v1",
        "https://a.checks.company.example/v1",
        "http://checks.company.example/v1",
        "https://checks.company.example:8443/v1",
        "https://checks.company.example@other.example/v1",
    ):
        with pytest.raises(HostRefused):
            await calls.send(Request(method="GET", url=url))
    assert len(http.sent) == 1


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "10.1.2.3",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "checks.company.example:443",
        "https://checks.company.example",
        "checks.company.example/v1",
        "user@checks.company.example",
        "*.company.example",
        "Checks.company.example",
        "checks..example",
        "checks.company.example.",
        "checks.company.example\n",
        "-checks.example",
        "x" * 64 + ".example",
    ],
)
def test_a_host_is_a_name(host: str) -> None:
    """No address, port, scheme, path, user or pattern: what is written there is what is called."""
    with pytest.raises(BadSettings, match="host's name in lower case"):
        read_settings(MADE, {"key": "k1", "host": host})


def test_a_setting_with_choices_takes_one_of_them() -> None:
    """A slip stops the start and says what there is."""
    read = read_settings(MADE, {"key": "k1", "host": "a.example", "pace": "fast"})
    assert (read.plain["pace"], read.hosts) == ("fast", frozenset({"a.example"}))
    with pytest.raises(BadSettings, match="one of slow, fast"):
        read_settings(MADE, {"key": "k1", "host": "a.example", "pace": "Fast"})


def test_who_calls_a_host_of_the_operator_needs_a_rate_too() -> None:
    """Such a connector calls out like any other."""
    assert MADE.calls_out
    with pytest.raises(ValidationError, match="needs a rate window"):
        Manifest.model_validate({**OWN, "rate": {}})


def test_what_is_said_of_a_mailbox_is_about_a_person() -> None:
    """So only a connector about people may say it."""
    assert is_personal("mailbox.finding")
    with pytest.raises(ValidationError, match="personal fields need subject person"):
        Manifest.model_validate({**OWN, "provides": ["mailbox.finding"]})


@pytest.mark.parametrize("finding", FINDINGS)
def test_findings_are_a_closed_list(finding: str) -> None:
    """A connector that makes one up has made a mistake."""
    check_value("mailbox.finding", finding)
    with pytest.raises(ValueError, match="wants finding"):
        check_value("mailbox.finding", finding.upper())


def test_words_hold_no_sentence_and_no_address() -> None:
    """They end in evidence and in the log."""
    check_value("mailbox.words", {"status": "do_not_mail", "sub_status": "", "free_email": False})
    for value in ({}, {"status": "ada@acme.example"}, {"status": "x" * 41}, {"status": 7}, {"status": "a\nb"}, "valid"):
        with pytest.raises(ValueError, match="wants words"):
            check_value("mailbox.words", value)


async def test_a_value_that_would_break_out_of_its_header_is_not_sent() -> None:
    """A line's end in a header is refused before anything is sent, so that it cannot count as charged."""
    http = ScriptedHttp((reply(),))
    for value in ("a\r\nX-Other: b", "a\nb", "a\x00", "\u00e9"):
        with pytest.raises(HostRefused, match="header_unprintable"):
            await bound(http, "checks.company.example").send(
                Request(method="GET", url="https://checks.company.example/v1", headers={"x-name": value})
            )
    assert http.sent == []


def test_a_key_is_one_line_of_plain_text() -> None:
    """What a file adds around a key is left off; a key that no header can hold is refused by name, and not shown."""
    settings = read_settings(MADE, {"key": " k1\n", "host": "checks.company.example"})
    assert settings.secrets.read("key") == "k1"
    for wrong in ("k1\nk2", "sch\u00f6n", " \n", 7):
        with pytest.raises(BadSettings, match="it must be one line of plain text") as told:
            read_settings(MADE, {"key": wrong, "host": "checks.company.example"})
        assert "k2" not in str(told.value)
