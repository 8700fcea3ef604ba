"""From a form's fields to the places of a submission: the form's own map first, then synonyms, then the value."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from gateway.intake.kit.bodies import Pair
from gateway.intake.kit.countries import country_code
from gateway.intake.kit.names import Synonyms, key, synonyms
from gateway.intake.kit.regions import country_in, region_code
from gateway.intake.kit.settings import SourceSettings
from gateway.intake.kit.targets import limit

NOTE: Final = "leadgate.email_field"
"""The attribute that names the field whose value alone told that it is the e-mail address."""
_EMAIL: Final = re.compile(r"[^\s@<>,;:()\"\[\]\\]{1,64}@[^\s@<>,;:()\"\[\]\\/]{1,253}\.[^\s@.<>,;:()\"\[\]\\/]{2,63}")
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*")
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where each field went.

    `values` are single values by target, `names` the field they came from, `boxes` the values of each consent
    field by its name, `guessed` target and values of a consent field that only its name tells, `rest` the others.
    """

    values: Mapping[str, str] = field(repr=False)
    names: Mapping[str, str] = field(repr=False)
    boxes: Mapping[str, tuple[str, ...]] = field(repr=False)
    guessed: Mapping[str, tuple[str, tuple[str, ...]]] = field(repr=False)
    rest: Mapping[str, Any] = field(repr=False)


class _Desk:
    """What has been placed so far; no value is ever placed over another."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.guessed: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.rest: dict[str, Any] = {}

    def place(self, target: str, name: str, values: tuple[str, ...], matched: str = "") -> None:
        """Put the first value at the target if it is free and takes it; what does not fit is kept aside."""
        fitted = None if target in self.values else fit(target, values[0])
        if target.startswith("attributes."):
            self.keep(target.removeprefix("attributes."), values)
        elif fitted is None:
            self.keep(name, values)
        else:
            self.values[target] = fitted
            self.names[target] = name
            self.keys[target] = matched
            if len(values) > 1:
                self.keep(name, values)

    def keep(self, name: str, values: Iterable[Any]) -> None:
        """Keep values as an attribute; a name that comes again makes a list."""
        known = self.rest.get(name)
        every = [*(known if isinstance(known, list) else [] if known is None else [known]), *values]
        self.rest[name] = every[0] if len(every) == 1 else every

    def default(self, target: str, value: str) -> None:
        """Fill a target that no field filled, if the value fits."""
        fitted = fit(target, value) if target not in self.values else None
        if fitted:
            self.values[target] = fitted

    def move(self, source: str, target: str) -> None:
        self.values[target] = self.values.pop(source)
        self.names[target] = self.names.pop(source)


def place(pairs: tuple[Pair, ...], settings: SourceSettings, table: Synonyms, *, referer: str | None = None) -> Placed:
    """Place every field that holds something; a field with nothing in it says nothing and is left out.

    `referer` is the page's address where the form has no field for it.
    """
    desk = _Desk()
    boxes = {box.field for box in settings.consent}
    ticked: dict[str, tuple[str, ...]] = {}
    unmatched: list[tuple[str, tuple[str, ...]]] = []
    grouped = _grouped(pairs, desk)
    for name, values in grouped.items():
        if name in boxes:
            ticked[name] = values
        if name in settings.fields:
            desk.place(settings.fields[name], name, values)
    for name, values in grouped.items():
        if name in settings.fields:
            continue
        if name in boxes:
            desk.keep(name, values)
        else:
            _by_name(name, values, desk, table, unmatched)
    _by_value(unmatched, desk)
    _halves(desk, table)
    _region(desk)
    if referer:
        desk.default("inquiry.page_url", referer)
    _by_page(desk, table)
    return Placed(values=desk.values, names=desk.names, boxes=ticked, guessed=desk.guessed, rest=desk.rest)


def fit(target: str, value: str) -> str | None:
    """Bring a value into the form its target takes; None when it is too long or is something else."""
    if len(value) > limit(target):
        return None
    special = _FITS.get(target)
    if special is not None:
        return special(value)
    return None if target != "inquiry.message" and _BREAKS.search(value) else value


def _locale(value: str) -> str | None:
    return value.replace("_", "-") if _LOCALE.fullmatch(value) else None


def _job_title(value: str) -> str | None:
    return None if key(value) in synonyms().salutations or _BREAKS.search(value) else value


def _version(value: str) -> str | None:
    return value if value.isascii() and value.isdigit() else None


_FITS: Final[Mapping[str, Callable[[str], str | None]]] = MappingProxyType(
    {
        "person.country": country_code,
        "company.country": country_code,
        "person.locale": _locale,
        "person.job_title": _job_title,
        "notice.version": _version,
    }
)


def _grouped(pairs: tuple[Pair, ...], desk: _Desk) -> dict[str, tuple[str, ...]]:
    grouped: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        if pair.is_file and pair.value:
            desk.keep(pair.name, ({"file": pair.value, "kept": False},))
        elif pair.value:
            grouped[pair.name] = (*grouped.get(pair.name, ()), pair.value)
    return grouped


def _by_name(
    name: str,
    values: tuple[str, ...],
    desk: _Desk,
    table: Synonyms,
    unmatched: list[tuple[str, tuple[str, ...]]],
) -> None:
    match = table.match(name)
    if match is None:
        unmatched.append((name, values))
    elif match[0].startswith("consent."):
        desk.guessed[name] = (match[0], values)
        desk.keep(name, values)
    else:
        desk.place(match[0], name, values, match[1])


def _by_value(unmatched: list[tuple[str, tuple[str, ...]]], desk: _Desk) -> None:
    """Take the only value that looks like an e-mail address when no name told one, and say so."""
    looks = [name for name, values in unmatched if len(values) == 1 and _EMAIL.fullmatch(values[0])]
    chosen = looks[0] if len(looks) == 1 and "person.email" not in desk.values else None
    for name, values in unmatched:
        if name == chosen:
            desk.place("person.email", name, values)
        else:
            desk.keep(name, values)
    if chosen is not None:
        desk.rest.setdefault(NOTE, chosen)


def _halves(desk: _Desk, table: Synonyms) -> None:
    """Read `Name` beside `Vorname` as the family name, and `Nome` beside `Cognome` as the given name."""
    matched = desk.keys.get("person.full_name")
    given, family = "person.given_name" in desk.values, "person.family_name" in desk.values
    if given and not family and matched in table.family_beside_given:
        desk.move("person.full_name", "person.family_name")
    elif family and not given and matched in table.given_beside_family:
        desk.move("person.full_name", "person.given_name")


def _region(desk: _Desk) -> None:
    """Read a state beside its country, now that both are known; what is none is kept under its own name."""
    said = desk.values.pop("person.region", None)
    if said is None:
        return
    code = region_code(said, desk.values.get("person.country"))
    if code is None:
        desk.keep(desk.names.pop("person.region"), (said,))
    else:
        desk.values["person.region"] = code
    country = country_in(code or said)
    if country is not None:
        desk.default("person.country", country)


def _by_page(desk: _Desk, table: Synonyms) -> None:
    """Read campaign parameters off the page's own URL where the form has no field for them."""
    page = desk.values.get("inquiry.page_url", "")
    try:
        parameters = parse_qsl(urlsplit(page).query, max_num_fields=100, errors="replace")
    except ValueError:
        return
    for name, value in parameters:
        target = table.targets.get(key(name), "")
        if target.startswith("campaign."):
            desk.default(target, value)
