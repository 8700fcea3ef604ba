"""Seeded phone numbers as people write them: drawn from the ranges of every region, in every form, and broken."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import phonenumbers
from phonenumbers import PhoneMetadata

from gateway.verification.model import RegionHint, RegionSource
from tests.gateway.verification.phone_ranges import KINDS, PLACES, REGIONS, digits, national

B2B_OTHERS = (
    "FR", "NL", "CA", "IT", "ES", "AU", "IN", "CH", "AT", "BE",
    "SE", "PL", "IE", "DK", "NO", "BR", "MX", "SG", "JP", "ZA",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A value, and the countries that it is read in."""

    value: str
    regions: tuple[RegionHint, ...]


def hint(region: str, source: RegionSource = RegionSource.DECLARED_COUNTRY) -> RegionHint:
    """A country somebody gave."""
    return RegionHint(source=source, region=region)


def everywhere(seed: int, count: int, only: Container[str] = (*REGIONS, "001")) -> Iterator[Row]:
    """Numbers of all regions (or of some) alike, in all forms; hints right, wrong, several and missing."""
    random = Random(seed)  # noqa: S311 - the same numbers in each run
    forms = tuple(FORMS.values())
    places = [place for place in PLACES if place[1] in only]
    regions = [region for region in REGIONS if region in only]
    for _ in range(count):
        code, region = random.choice(places)
        value = random.choice(forms)(random, code, region, national(random, code, region))
        yield Row(value, _hints(random, region, regions))


def uniform(seed: int, count: int) -> Iterator[Row]:
    """The forms of the B2B mix over all regions alike, each with its own country as the hint."""
    random = Random(seed)  # noqa: S311 - the same numbers in each run
    for _ in range(count):
        yield _usual(random, *random.choice(PLACES))


def b2b(seed: int, count: int) -> Iterator[Row]:
    """What a list of European and American companies holds: 35% US, 10% GB, 8% DE, the rest from 20 countries."""
    random = Random(seed)  # noqa: S311 - the same numbers in each run
    for _ in range(count):
        draw = random.random()
        region = "US" if draw < 0.35 else "GB" if draw < 0.45 else "DE" if draw < 0.53 else random.choice(B2B_OTHERS)
        yield _usual(random, phonenumbers.country_code_for_region(region), region)


def _usual(random: Random, code: int, region: str) -> Row:
    number = national(random, code, region, kinds=("fixed_line", "mobile") if random.random() < 0.95 else KINDS)
    (form,) = random.choices(tuple(USUAL), tuple(USUAL.values()))
    value = form(random, code, region, number)
    return Row(value, () if region == "001" else (hint(region),))


def _hints(random: Random, region: str, regions: Sequence[str]) -> tuple[RegionHint, ...]:
    draw = random.random()
    if draw < 0.15:
        return ()
    right = random.choice(regions) if region == "001" or draw < 0.3 else region
    if draw < 0.8:
        return (hint(right),)
    other = hint(random.choice(regions), RegionSource.COMPANY_COUNTRY)
    return (hint(right), other) if random.random() < 0.5 else (other, hint(right))


Form = Callable[[Random, int, str, str], str]


def _trunk(region: str, code: int) -> str:
    metadata = PhoneMetadata.metadata_for_region_or_calling_code(code, region)
    return (metadata and metadata.national_prefix) or ""


def _spaced(random: Random, number: str) -> str:
    """The digits in groups, divided as people divide them."""
    between, parts = random.choice((" ", "-", ".", "/", " - ", "  ", "")), []
    while number:
        size = random.choice((2, 3, 3, 4))
        parts.append(number[:size])
        number = number[size:]
    if len(parts) > 1 and random.random() < 0.25:
        parts[0] = f"({parts[0]})"
    return between.join(parts)


def _e164(random: Random, code: int, region: str, number: str) -> str:
    return f"+{code}{number}"


def _international(random: Random, code: int, region: str, number: str) -> str:
    trunk = f"({_trunk(region, code)})" if random.random() < 0.15 and _trunk(region, code) else ""
    return f"{random.choice(('+', '+', '+ ', '(+', ' +'))}{code}{random.choice(' -')}{trunk}{_spaced(random, number)}"


def _national(random: Random, code: int, region: str, number: str) -> str:
    return _spaced(random, (_trunk(region, code) if random.random() < 0.85 else "") + number)


def _bare(random: Random, code: int, region: str, number: str) -> str:
    return random.choice((number, f"{code}{number}", _trunk(region, code) + number))


def _abroad(random: Random, code: int, region: str, number: str) -> str:
    prefix = "00" if random.random() < 0.8 else random.choice(("011", "0011", "810", "009", "0", "001", "119"))
    return f"{prefix}{random.choice(('', ' '))}{code}{random.choice(('', ' '))}{_spaced(random, number)}"


def _extended(random: Random, code: int, region: str, number: str) -> str:
    mark = random.choice(
        (" ext. ", " ext ", "x", " x", " x ", ";ext=", ", ext ", " Extension: ", "#", " #", "~", ",,", ";", " доб. ",
         " int ", "extn", "/x", " EXT:", ",", " - ", " anexo ", "XT", "ｘ", " e xt ")
    )  # fmt: skip
    start = _usual_start(random, code, region, number)
    return f"{start}{mark}{digits(random, random.choice((1, 2, 3, 4, 4, 6, 7, 9, 10, 15, 21)))}{_ending(random)}"


def _usual_start(random: Random, code: int, region: str, number: str) -> str:
    return random.choice((_e164, _international, _national, _bare))(random, code, region, number)


def _ending(random: Random) -> str:
    return random.choice(("", "", "", "", "#", ".", " )", "/x12"))


def _rfc3966(random: Random, code: int, region: str, number: str) -> str:
    ending = random.choice(("", "", f";ext={digits(random, 3)}", f";isub={digits(random, 4)}", ";verified=yes"))
    if random.random() < 0.6:
        return f"tel:+{code}-{_spaced(random, number).replace(' ', '-')}{ending}"
    context = random.choice((f"+{code}", "example.com", f"+{code}-{number[:2]}", "", "+", "a b"))
    return f"{random.choice(('tel:', '', 'TEL:'))}{number}{ending};phone-context={context}"


def _lettered(random: Random, code: int, region: str, number: str) -> str:
    kept = random.randint(0, len(number))
    word = "".join(random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcx") for _ in number[kept:])
    return random.choice((f"+{code} ", _trunk(region, code), "")) + f"{number[:kept]}-{word}"


def _foreign(random: Random, code: int, region: str, number: str) -> str:
    zero = random.choice((0xFF10, 0x0660, 0x06F0, 0x0966))
    text = _usual_start(random, code, region, number)
    other = {
        "+": "\uff0b",
        "-": random.choice("\u2010\u2013\u2212\uff0d\u30fc"),
        " ": random.choice("\u00a0\u3000\u2060 "),
    }
    everything = random.random() < 0.7
    return "".join(
        chr(zero + int(each)) if each.isdigit() and (everything or random.random() < 0.5) else other.get(each, each)
        for each in text
    )


def _dialled(random: Random, code: int, region: str, number: str) -> str:
    return f"00{code}{random.choice(('', ' '))}{_spaced(random, number)}"


def _with_extension(random: Random, code: int, region: str, number: str) -> str:
    start = random.choice((_international, _national))(random, code, region, number)
    return (
        f"{start}{random.choice((' ext. ', ' ext ', ' x', 'x', ', ext ', ' #'))}{digits(random, random.randint(2, 4))}"
    )


def _link(random: Random, code: int, region: str, number: str) -> str:
    if random.random() < 0.1:
        return f"tel:{number};phone-context=+{code}"
    ending = f";ext={digits(random, 3)}" if random.random() < 0.3 else ""
    return f"tel:+{code}-{_spaced(random, number).replace(' ', '-')}{ending}"


def _junk(random: Random, code: int, region: str, number: str) -> str:
    text = _usual_start(random, code, region, number)
    place = random.randint(0, len(text))
    around = random.choice(
        ("Tel: ", "phone ", "T. ", "+", "++", "0", "*", "(0)", "Fax/", "№", "a", "1", "x", "\t", "\n", "_")
    )
    return random.choice(
        (
            around + text, text + around, text[:place] + around + text[place:], text[:place], text[place:],
            text + digits(random, random.randint(1, 20)), "n/a", "none", "-", "+", "call me", text * 2,
            text + " / " + text, f"{text} or {text}", text[:place] + text[place + 1 :], f"+{digits(random, 9)}",
            "".join(random.choices("0123456789 +-().x#,;~", k=random.randint(1, 20))),
        )
    )  # fmt: skip


def _broken(random: Random, code: int, region: str, number: str) -> str:
    text = _usual_start(random, code, region, number)
    return random.choice(
        (f"Tel: {text}", f"Tel.: {text}", text[: random.randint(3, 8)], "n/a", "-", "call me", f"{text} x")
    )


FORMS: dict[str, Form] = {
    "e164": _e164,
    "international": _international,
    "national": _national,
    "bare": _bare,
    "abroad": _abroad,
    "extended": _extended,
    "rfc3966": _rfc3966,
    "lettered": _lettered,
    "foreign": _foreign,
    "junk": _junk,
    "broken": _broken,
    "dialled": _dialled,
    "link": _link,
}
USUAL: dict[Form, float] = {
    _e164: 30, _international: 22, _national: 28, _bare: 6, _dialled: 4, _with_extension: 3, _link: 2, _broken: 5,
}  # fmt: skip
"""The forms of a B2B list in per cent, without the rare marks of `FORMS`."""
