"""Reading a pack: YAML text in, a checked and compiled `Pack` out, or an error that says where and why."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar

from consent.conditions import compile_condition, fields_of, parse_condition
from consent.durations import parse_duration
from consent.errors import FactsError, PackSyntaxError
from consent.facts import FIELDS, LEAD_COUNTRY, NAMES, SETTLED, View, name_type, read_value
from consent.lint import lint_pack
from consent.logic import FALSE, TRUE, UNKNOWN, Truth
from consent.operators import ConditionError
from consent.rules import Follows, Hold, Moment, Pack, Rule, RuleKind, RuleResult, RuleTest, fingerprint_of
from consent.terms import CHANNELS_OF, Basis, Channel, Confidence, Purpose
from consent.times import parse_time
from consent.yaml_text import Plain, read_yaml

_Word = TypeVar("_Word", bound=StrEnum)

_ID = re.compile(r"[A-Z][A-Za-z0-9-]{2,63}")
_PACK_ID = re.compile(r"[a-z][a-z0-9-]{1,31}")
_CODE = re.compile(r"[a-z][a-z0-9_]{2,47}")
_CALL = re.compile(r"(?:GET|POST|PATCH) /\S+(?: .+)?|leadgate \S.*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")

_PACK_KEYS: Final = ("pack", "title", "version", "extends", "jurisdictions", "reviewed_on", "rules")
_RULE_REQUIRED: Final = frozenset(
    {"id", "kind", "purposes", "channels", "citation", "confidence", "when", "says", "hold", "tests"}
)
_RULE_OPTIONAL: Final = frozenset(
    {"follows", "basis", "effective_from", "effective_to", "reason", "obligations", "until"}
)

CONSENTS: Final = "POST /v1/consents"
"""The call that records what a person agreed to."""

TEST_TIME: Final = datetime(2026, 9, 1, 12, tzinfo=UTC)
"""The time of a rule's test that names none."""

EXPECTATIONS: Final[Mapping[RuleKind, Mapping[str, Truth]]] = {
    RuleKind.VETO: {"deny": TRUE, "pass": FALSE, "unknown": UNKNOWN},
    RuleKind.DUTY: {"hold": TRUE, "pass": FALSE, "unknown": UNKNOWN},
    RuleKind.PERMIT: {"allow": TRUE, "no": FALSE, "unknown": UNKNOWN},
}
"""The words a test may expect, per kind of rule."""


def read_pack(name: str, text: str) -> Pack:
    """Read, check, lint and test a pack; what comes back is fit for use.

    Args:
        name: what to call the file in errors.
        text: the YAML.

    Raises:
        PackSyntaxError: the file does not follow `docs/reference/policy-language.md`.
        PackLintError: a rule could turn missing information into permission, or has a gap.
        PackTestError: one of a rule's own tests fails.
    """
    data = _Place(name, "the pack").map_of(read_yaml(name, text), frozenset(_PACK_KEYS) - {"extends"}, {"extends"})
    place = _Place(name, "the pack")
    rules = tuple(_read_rule(name, item) for item in place.items(data["rules"]))
    pack = Pack(
        id=place.text(data["pack"], _PACK_ID),
        title=place.text(data["title"]),
        version=place.text(data["version"], _VERSION),
        extends=None if data.get("extends") is None else place.text(data["extends"], _PACK_ID),
        jurisdictions=tuple(place.text(item) for item in place.items(data["jurisdictions"])),
        reviewed_on=place.text(data["reviewed_on"], _DATE),
        rules=rules,
        fingerprint=fingerprint_of(data),
    )
    lint_pack(pack)
    return pack


class _Place:
    """Reads plain values at one place of a pack and says that place when a value does not fit."""

    def __init__(self, pack: str, place: str) -> None:
        self._where = f"pack {pack}, {place}"

    def wrong(self, reason: str) -> PackSyntaxError:
        return PackSyntaxError(f"{self._where}: {reason}")

    def map_of(self, value: Plain, required: frozenset[str], optional: frozenset[str] | set[str]) -> dict[str, Plain]:
        if not isinstance(value, dict):
            raise self.wrong("a map is expected")
        if missing := required - set(value):
            raise self.wrong(f"missing: {', '.join(sorted(missing))}")
        if surplus := set(value) - required - optional:
            raise self.wrong(f"not known here: {', '.join(sorted(surplus))}")
        return value

    def items(self, value: Plain) -> list[Plain]:
        if not isinstance(value, list):
            raise self.wrong("a list is expected")
        return value

    def text(self, value: Plain, pattern: re.Pattern[str] | None = None) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.wrong("a text is expected")
        if pattern is not None and pattern.fullmatch(value) is None:
            raise self.wrong(f"{value!r} does not have the form {pattern.pattern}")
        return value

    def word(self, value: Plain, kind: type[_Word]) -> _Word:
        try:
            return kind(self.text(value))
        except ValueError:
            raise self.wrong(f"{value!r} is none of {', '.join(kind)}") from None

    def words(self, value: Plain, kind: type[_Word]) -> tuple[_Word, ...]:
        found = tuple(self.word(item, kind) for item in self.items(value))
        if not found or len(set(found)) != len(found):
            raise self.wrong("a list without gaps or repetitions is expected")
        return found

    def time(self, value: Plain) -> datetime | None:
        try:
            return None if value is None else parse_time(value)
        except ValueError as error:
            raise self.wrong(str(error)) from error

    def moment(self, value: Plain) -> Moment:
        data = self.map_of(value, frozenset({"field"}), {"plus"})
        name = self.field(data["field"])
        if name_type(name) is not datetime:
            raise self.wrong(f"{name} is no time")
        try:
            return Moment(field=name, plus=parse_duration(self.text(data.get("plus", "P0D"))))
        except ValueError as error:
            raise self.wrong(str(error)) from error

    def field(self, value: Plain) -> str:
        name = self.text(value)
        if name not in NAMES:
            raise self.wrong(f"{name} is no fact")
        return name


def _read_rule(pack: str, value: Plain) -> Rule:
    outer = _Place(pack, "a rule")
    data = outer.map_of(value, _RULE_REQUIRED, _RULE_OPTIONAL)
    identity = outer.text(data["id"], _ID)
    place = _Place(pack, f"rule {identity}")
    kind = place.word(data["kind"], RuleKind)
    try:
        condition = parse_condition(data["when"])
    except ConditionError as error:
        raise place.wrong(str(error)) from error
    hold = _read_hold(place, data["hold"])
    return Rule(
        id=identity,
        kind=kind,
        purposes=place.words(data["purposes"], Purpose),
        channels=_channels(place, data),
        follows=place.words(data.get("follows", ["lead"]), Follows),
        citation=place.text(data["citation"]),
        confidence=place.word(data["confidence"], Confidence),
        basis=_given(data, "basis", lambda given: place.word(given, Basis)),
        effective_from=place.time(data.get("effective_from")),
        effective_to=place.time(data.get("effective_to")),
        condition=condition,
        evaluate=compile_condition(condition),
        could=compile_condition(condition, _supplied(hold)),
        reason=_given(data, "reason", lambda given: place.text(given, _CODE)) or "",
        says=place.text(data["says"]),
        hold=hold,
        obligations=tuple(place.text(item, _CODE) for item in place.items(data.get("obligations", []))),
        until=tuple(place.moment(item) for item in place.items(data.get("until", []))),
        tests=tuple(_read_test(place, kind, item) for item in place.items(data["tests"])),
        fingerprint=fingerprint_of(data),
        by_country=LEAD_COUNTRY in fields_of(condition),
        results={truth: RuleResult(rule=identity, kind=kind, truth=truth) for truth in Truth},
    )


_Read = TypeVar("_Read")


def _given(data: Mapping[str, Plain], key: str, read: Callable[[Plain], _Read]) -> _Read | None:
    return read(data[key]) if data.get(key) is not None else None


def _channels(place: _Place, data: Mapping[str, Plain]) -> tuple[Channel, ...]:
    if data["channels"] == "all":
        purposes = place.words(data["purposes"], Purpose)
        return tuple(dict.fromkeys(channel for purpose in purposes for channel in CHANNELS_OF[purpose]))
    return place.words(data["channels"], Channel)


def _supplied(hold: Hold) -> frozenset[str]:
    """The facts that the call of a hold can change: those it needs, and with a new consent all that is said of it."""
    said = (name for name in FIELDS if name.startswith("consent_")) if hold.call == CONSENTS else ()
    return frozenset((*hold.needs, *said)) - SETTLED


def _read_hold(place: _Place, value: Plain) -> Hold:
    data = place.map_of(value, frozenset({"reason", "says", "call", "needs"}), {"due"})
    reason = place.text(data["reason"], _CODE)
    return Hold(
        reason=reason,
        says=place.text(data["says"]),
        call=place.text(data["call"], _CALL).replace("{reason}", reason),
        needs=tuple(place.field(item) for item in place.items(data["needs"])),
        due=_given(data, "due", place.moment),
    )


def _read_test(place: _Place, kind: RuleKind, value: Plain) -> RuleTest:
    data = place.map_of(value, frozenset({"given", "expect"}), {"now"})
    word = place.text(data["expect"])
    if word not in EXPECTATIONS[kind]:
        raise place.wrong(f"a {kind} expects one of {', '.join(EXPECTATIONS[kind])}")
    given = data["given"]
    if not isinstance(given, dict):
        raise place.wrong("given is a map of facts")
    return RuleTest(
        given=_read_view(place, given), now=place.time(data.get("now")) or TEST_TIME, expect=EXPECTATIONS[kind][word]
    )


def _read_view(place: _Place, given: Mapping[str, Plain]) -> View:
    found: dict[str, object] = {}
    for name, value in given.items():
        try:
            found[name] = read_value(name, value)
        except FactsError as error:
            raise place.wrong(str(error)) from error
    return tuple(found.get(name) for name in NAMES)
