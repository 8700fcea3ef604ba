"""Numbers of an imprint or a footer: each is taken only behind the label that says what it is.

A page that names two different numbers of one kind names another company beside its own, a host's or a sister's: then
none of them is taken. What follows a line that begins with the word for hosting or design is not the company's own.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from stdnum.de.handelsregisternummer import GERMAN_COURTS

from connectors.kit.web import numbers
from connectors.kit.web.labels import Numbered, PageText, Take, kind, numbers_of

_COURT: Final = re.compile(r"(?:amtsgericht|registergericht|\bAG\b)\s*:?\s*(?:amtsgericht\s+)?", re.IGNORECASE)


def labelled(text: str) -> tuple[Numbered, ...]:
    """The numbers of a page's visible text, each kind once, in the order of the kinds.

    Args:
        text: a line per block.
    """
    page = PageText(text)
    return unequivocal(one for each in _KINDS for one in numbers_of(page, each))


def unequivocal(several: Iterable[Numbered]) -> tuple[Numbered, ...]:
    """Those of a kind and country that no other one contradicts, each once; the first stands for those that agree."""
    by_kind: dict[tuple[str, str], dict[str, Numbered]] = {}
    for one in several:
        by_kind.setdefault((one.scheme, one.jurisdiction.partition(",")[0]), {}).setdefault(one.value, one)
    return tuple(next(iter(alike.values())) for alike in by_kind.values() if len(alike) == 1)


_NEXT: Final = re.compile(r"[^0-9A-Za-z]{0,12}([0-9][0-9 .\-/\u00a0]{4,24}[0-9])(?![0-9])")
_PREFIXED: Final = re.compile(
    r"(?<![A-Za-z0-9])((?:AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|GB|GR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI)"
    r"[ .\-\u00a0]{0,2}[0-9A-Za-z](?:[ .\-/\u00a0]?[0-9A-Za-z]){6,14})"
)
_LAST_PART: Final = re.compile(r"[ .\-/\u00a0]?[^ .\-/\u00a0]+\Z")


def _vat(country: str | None = None) -> Take:
    """A VAT number with its prefix anywhere behind the label, or one without right behind it, of a country."""

    def take(page: PageText, _place: int, end: int) -> Numbered | None:
        window = page.behind(end)
        read = next((read for found in _PREFIXED.finditer(window) if (read := _shortened(found[1]))), None)
        if read is None and country is not None and (bare := _NEXT.match(window)):
            read = numbers.vat(bare[1], country)
        return None if read is None else Numbered(scheme="vat", value=read[0], jurisdiction=read[1])

    return take


def _shortened(text: str) -> tuple[str, str] | None:
    """A number may run into the next word; from the longest part on, what is right is taken."""
    while len(text) > len("DE1234567"):
        read = numbers.vat(text)
        if read is not None:
            return read
        text = _LAST_PART.sub("", text)
    return None


def _vat_of_britain(page: PageText, place: int, end: int) -> Numbered | None:
    return _vat("GB" if page.british else None)(page, place, end)


def _spanish(page: PageText, place: int, end: int) -> Numbered | None:
    found = re.match(r"[^0-9A-Za-z]{0,12}([A-W][ .\-]?[0-9]{2}[ .]?[0-9]{3}[ .]?[0-9]{2}[0-9A-J])\b", page.behind(end))
    read = None if found is None else numbers.vat(found[1], "ES")
    if read is None:
        return _vat()(page, place, end)
    return Numbered(scheme="vat", value=read[0], jurisdiction=read[1])


def _national(scheme: str, jurisdiction: str, read: Callable[[str], str | None], *, proved: bool = True) -> Take:
    """A number without prefix, right behind its label."""

    def take(page: PageText, _place: int, end: int) -> Numbered | None:
        found = _NEXT.match(page.behind(end))
        value = None if found is None else read(found[1])
        if value is None:
            return None
        return Numbered(scheme=scheme, value=value, jurisdiction=jurisdiction, proved=proved)

    return take


def _digits(count: int) -> Callable[[str], str | None]:
    """So many digits, which have no check digit among them."""

    def read(text: str) -> str | None:
        bare = re.sub(r"[ .]", "", text)
        return bare if len(bare) == count and bare.isdecimal() else None

    return read


def _companies_house(page: PageText, _place: int, end: int) -> Numbered | None:
    """A number of Companies House: eight places; only where the text says that the company is British."""
    found = re.match(
        r"[^0-9\n]{0,60}?(?<![A-Za-z0-9])([A-Z]{2}\s?[0-9]{6}|[0-9]{7,8})(?![A-Za-z0-9])", page.behind(end)
    )
    if found is None or not page.british:
        return None
    value = found[1].replace(" ", "").zfill(len("01234567"))
    return Numbered(scheme="companies_house", value=value, jurisdiction="GB", proved=False)


def _courts() -> Mapping[str, str]:
    """The German courts that keep registers by their names, also without and with only what stands in brackets."""
    named = {"frankfurt (oder)": "Frankfurt/Oder"}
    for court in GERMAN_COURTS:
        town, _, part = court.removesuffix(")").partition(" (")
        for name in (court, town, part, f"{town}-{part}", f"{town} {part}"):
            named.setdefault(name.casefold(), court)
    return {name: named[name] for name in sorted(named, key=len, reverse=True) if name.strip("- ")}


_COURTS: Final = _courts()


def _court(text: str) -> str | None:
    folded = text.casefold()
    named = (name for name in _COURTS if folded.startswith(name) and not folded[len(name) :][:1].isalpha())
    return next((_COURTS[name] for name in named), None)


def _german_register(page: PageText, place: int, end: int) -> Numbered | None:
    """A number of a German register with its court, which stands beside it: without the court it says nothing."""
    section = {"hra": "HRA", "hrb": "HRB", "gnr": "GnR", "vr": "VR", "pr": "PR"}[
        page.lower[place:end].replace(" ", "").rstrip(".")
    ]
    found = re.match(
        r"\s*-?(?:nr\.?|nummer)?\s*:?\s*([0-9]{1,6})(?:\s?([A-Z]{1,2})\b)?(?![0-9])", page.behind(end), re.IGNORECASE
    )
    if found is None:
        return None
    around = page.around(place)
    court = next((name for hit in _COURT.finditer(around) if (name := _court(around[hit.end() :]))), None)
    if court is None:
        return None
    value = " ".join(part for part in (section, found[1], (found[2] or "").upper()) if part)
    return Numbered(scheme="register", value=value, jurisdiction=f"DE, Amtsgericht {court}", proved=False)


def _austrian_register(page: PageText, _place: int, end: int) -> Numbered | None:
    found = re.match(r"[\s:.-]*(?:FN\s*)?([0-9]{1,6})\s?([a-z])\b", page.behind(end), re.IGNORECASE)
    if found is None:
        return None
    return Numbered(scheme="register", value=f"FN {found[1]} {found[2].lower()}", jurisdiction="AT", proved=False)


def _swiss(page: PageText, _place: int, end: int) -> Numbered | None:
    found = re.match(r"[\s-]*([0-9]{3}[. ]?[0-9]{3}[. ]?[0-9]{3})(?![0-9])", page.behind(end))
    value = None if found is None else numbers.swiss_uid(f"CHE{found[1]}")
    return None if value is None else Numbered(scheme="register", value=value, jurisdiction="CH")


def _lei(page: PageText, _place: int, end: int) -> Numbered | None:
    found = re.match(r"[^0-9A-Za-z]{0,12}([0-9A-Z]{18}[0-9]{2})(?![0-9A-Za-z])", page.behind(end))
    value = None if found is None else numbers.lei_code(found[1])
    return None if value is None else Numbered(scheme="lei", value=value)


def _french(text: str) -> str | None:
    """A SIREN, or the SIREN in a SIRET."""
    site = numbers.siret(text)
    return numbers.siren(text) if site is None else site[:9]


_NO: Final = r"(?: \s?[.:\-]?\s? (?: n[\u00b0\u00bao]\.? | nr\.? | num(?:mer|ber|[\u00e9e]ro|ero) | no\.? ) )?"
_NUMBER: Final = r"(?: registration | registered | reg\.? )? \s? (?: number | no\b\.? | nr\b\.? )"
_KINDS: Final = (
    kind("lei", r"LEI (?: [\s-]?code )? \b", _lei),
    kind("ust|umsatzst", r"ust\.?[\s-]*id | umsatzsteuer[\s-]*(?:id|nummer)", _vat()),
    kind("uid|mehrwert", r"UID\b | mehrwertsteuer", _vat()),
    kind("vat", r"VAT\b (?: [\s-]? (?: registration | reg | id | no | number | nr )\b\.? ){0,3}", _vat_of_britain),
    kind("tva|t.v.a", r"TVA\b | T\.V\.A\b", _vat()),
    kind("btw|b.t.w", r"BTW\b | BTW(?:nr|nummer) | B\.T\.W\b", _vat()),
    kind("p.iva|p. iva|partita iva|p.i.", r"P\.\s?IVA\b | partita\siva\b | P\.I\.", _vat("IT")),
    kind("cif|c.i.f|nif|n.i.f", r"C\.?I\.?F\b\.? | N\.?I\.?F\b\.? (?:-?IVA)?", _spanish),
    kind("nipc|nif|contribuinte|pessoa col", r"NIPC\b | NIF\b | contribuinte | pessoa\scoletiva", _vat("PT")),
    kind("nip", r"NIP\b", _vat("PL")),
    kind("cvr", r"CVR\b" + _NO, _vat("DK")),
    kind("hra|hrb|hr a|hr b|gnr|vr|pr", r"HR\s?[AB]\b | GnR\b | PR\b | VR\b", _german_register),
    kind("firmenbuch|fn", r"firmenbuch (?:[\s-]?(?:nummer|nr))? | FN\b", _austrian_register),
    kind("che", r"CHE (?=[\s-]?[0-9])", _swiss),
    kind("siren|siret", r"SIRE[NT]\b" + _NO, _national("register", "FR", _french)),
    kind(
        "rcs|r.c.s",
        r"(?:RCS|R\.C\.S\.?) \s [^\W\d_] [^\d\n]{1,40}? \s (?:[A-D]\s)? (?=[0-9])",
        _national("register", "FR", _french),
    ),
    kind("company|co.|registered n|registration n", r"(?:company|co\.)? \s?" + _NUMBER, _companies_house),
    kind("registered in", r"registered\sin\s (?:england|scotland|wales|northern\sireland|the\su)", _companies_house),
    kind(
        "kvk|k.v.k|kamer van koophandel",
        r"(?: kvk | k\.v\.k\.? | kamer\svan\skoophandel )" + _NO,
        _national("register", "NL", _digits(8), proved=False),
    ),
    kind("krs", r"KRS\b" + _NO, _national("register", "PL", _digits(10), proved=False)),
    kind("org", r"org(?:anisations?)?\.?[\s-]?(?:nr|nummer)\b\.?", _national("register", "NO", numbers.norwegian)),
    kind("org", r"org(?:anisations?)?\.?[\s-]?(?:nr|nummer)\b\.?", _national("register", "SE", numbers.swedish)),
    kind("y-tunnus", r"y-tunnus\b", _national("register", "FI", numbers.finnish)),
    kind("duns|d-u-n-s", r"D-?U-?N-?S\b" + _NO, _national("duns", "", numbers.duns, proved=False)),
    kind("ein|employer id", r"EIN\b | employer\sidentification\snumber", _national("ein", "US", numbers.ein)),
)
