"""Every hold names a call that works: a route of the contract, or a command with the options it shows."""

import re
import shlex
from functools import cache
from typing import Final

import pytest

from consent.packs import shipped_packs
from consent.rules import Rule
from tests.contract.promised import contract
from tests.house import pages

RULES: Final = {rule.id: rule for pack in shipped_packs() for rule in pack.rules}
CONSENTS: Final = "POST /v1/consents"


@cache
def routes() -> dict[tuple[str, str], re.Pattern[str]]:
    """Every call of the contract, as a pattern that its addresses match."""
    paths = contract()["paths"]
    return {
        (method.upper(), path): re.compile(re.sub(r"\\\{\w+\\\}", "[^/:]+", re.escape(path)))
        for path, methods in paths.items()
        for method in methods
    }


def is_command(text: str) -> bool:
    """Whether a command is there under this name, and takes each option that is shown."""
    words = shlex.split(text)
    for names, command in pages.leaves(pages.root()):
        if words[: len(names) + 1] == ["leadgate", *names]:
            known = {name for option in pages.options(command) for name in option.opts}
            return {word for word in words if word.startswith("--")} <= known
    return False


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_way_out_of_a_hold_is_there(rule: Rule) -> None:
    """A person who follows it must not end at a 404, or at a command that nobody has written."""
    method, _, path = rule.hold.call.partition(" ")
    if method == "leadgate":
        assert is_command(rule.hold.call)
    else:
        assert any(name == method and pattern.fullmatch(path) for (name, _), pattern in routes().items())


def test_a_call_that_is_nowhere_is_found_out() -> None:
    """The search's own test: commands, options and routes that do not exist."""
    assert not is_command("leadgate consent lia add")
    assert not is_command("leadgate destinations add NAME --colour red")
    assert is_command("leadgate destinations add NAME --country XX")
    assert not any(pattern.fullmatch("/v1/leads/{id}/holds/x:end") for pattern in routes().values())


def test_a_consent_is_asked_for_what_it_can_say() -> None:
    """Where the data came from, a list's proof and an assessment are told by the call that ends the hold itself."""
    asked = {name for rule in RULES.values() if rule.hold.call == CONSENTS for name in rule.hold.needs}
    said = {"consent_status", "consent_mechanism", "consent_notice", "consent_evidence", "consent_names_recipient"}
    assert asked <= {*said, "marketing_optout"}
