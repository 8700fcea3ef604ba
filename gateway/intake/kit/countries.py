"""The names under which people pick their country in a form, and the codes of ISO 3166-1 alpha-2 that they mean."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway import countries

CODES: Final = countries.CODES

_NAMES: Final = """
AT austria österreich autriche oostenrijk áustria | BE belgium belgien belgique bélgica belgio belgië belgia
BG bulgaria bulgarien bulgarie bulgarije | BR brazil brasilien brésil brasil brasile brazilië brazylia
CA canada kanada canadá | CH switzerland schweiz suisse suiza svizzera zwitserland suíça szwajcaria
CN china chine chiny | CY cyprus zypern chypre chipre cipro | CZ czechia czech-republic tschechien tchéquie chequia
CZ cechia tsjechië czechy česko | DE germany deutschland allemagne alemania germania duitsland alemanha niemcy
DK denmark dänemark danemark dinamarca danimarca denemarken dania danmark | EE estonia estland estonie estónia
ES spain spanien espagne españa spagna spanje espanha hiszpania | FI finland finnland finlande finlandia suomi
FR france frankreich francia frankrijk frança francja | GR greece griechenland grèce grecia griekenland grécia grecja
HR croatia kroatien croatie croacia croazia kroatië croácia chorwacja | HU hungary ungarn hongrie hungría ungheria
HU hongarije hungria węgry | IE ireland irland irlande irlanda ierland irlandia | IN india indien inde indie
IS iceland island islande islandia islanda ijsland | IT italy italien italie italia italië itália włochy
JP japan japon japón giappone japão japonia | LI liechtenstein | LT lithuania litauen lituanie lituania litouwen litwa
LU luxembourg luxemburg luxemburgo lussemburgo luksemburg | LV latvia lettland lettonie letonia lettonia letland łotwa
MT malta malte | MX mexico mexiko mexique méxico messico meksyk | NO norway norwegen norvège noruega norvegia norge
NO noorwegen norwegia | NL netherlands the-netherlands niederlande pays-bas países-bajos paesi-bassi nederland holland
NL países-baixos holandia | NZ new-zealand neuseeland | PL poland polen pologne polonia polónia polska
PT portugal portogallo portugalia | RO romania rumänien roumanie rumania rumunia roménia roemenië
SE sweden schweden suède suecia svezia zweden suécia szwecja sverige | SG singapore singapur
SI slovenia slowenien slovénie eslovenia slovenië słowenia
SK slovakia slowakei slovaquie eslovaquia slowakije słowacja
TR turkey türkei turquie turquía turchia turkije türkiye | UA ukraine ucrania ucraina ucrânia oekraïne ukraina
GB united-kingdom uk great-britain england vereinigtes-königreich grossbritannien royaume-uni reino-unido regno-unito
GB verenigd-koninkrijk wielka-brytania scotland wales northern-ireland
US united-states usa united-states-of-america vereinigte-staaten états-unis estados-unidos stati-uniti
US verenigde-staten stany-zjednoczone america | AU australia australien australie austrália
AE united-arab-emirates uae | IL israel | ZA south-africa südafrika | KR south-korea | HK hong-kong
"""


def fold_name(name: str) -> str:
    """A place's name without case, accents, spaces and hyphens."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    return "".join(character for character in plain if character.isalnum())


def _names() -> Mapping[str, str]:
    entries = (entry.split() for line in _NAMES.split("\n") for entry in line.split("|"))
    return MappingProxyType({fold_name(name): words[0] for words in entries if words for name in words[1:]})


NAMES: Final = _names()
"""Codes by the folded name of the country in English, German, French, Spanish, Italian, Dutch, Portuguese, Polish."""


def country_code(text: str) -> str | None:
    """Read a country as a form sends it, `de`, `DE` or `Deutschland`; None when it is neither code nor known name."""
    code = text.strip().upper()
    return code if code in CODES else NAMES.get(fold_name(text))
