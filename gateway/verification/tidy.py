"""What may have been meant by a value that is no address for one stray sign: trivial clean-ups, only ever suggested."""

import re
from collections.abc import Iterator
from itertools import islice, pairwise
from typing import Final

from gateway.verification.domains import provider_named

_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200e\u200f\u202a\u202c\u2060\u2066\u2067\u2068\u2069\ufeff"))
"""Signs without a width that come along when an address is copied: soft hyphen, marks of direction.

The two that turn letters round (U+202D, U+202E) are not among them: what they show is not what is there.
"""
_JOINERS: Final = dict.fromkeys((0x200C, 0x200D))
"""They come along as well, and some alphabets cannot be written without them."""
_AT: Final = re.compile(
    r"\s{0,8}(?:[(\[{<](?:at|a|\u00e4t|arroba|@)[)\]}>]|[\uff20\ufe6b]|%40|&#64;)\s{0,8}", re.IGNORECASE
)
_AT_WORD: Final = re.compile(r"(?<=\w)(?:\s{1,8}at\s{1,8}|_at_)(?=\w)", re.IGNORECASE)
_DOT_WORD: Final = re.compile(r"(?<=\w)\s{1,8}dot\s{1,8}(?=\w)", re.IGNORECASE)
_DOT: Final = re.compile(r"\s{0,8}[(\[{](?:dot|punkt|point|punto|ponto|\.)[)\]}]\s{0,8}", re.IGNORECASE)
"""As people hide an address from machines."""
_DISGUISED: Final = re.compile(r"[(\[{<\uff20\ufe6b&%]")
_DOTS: Final = re.compile(r"\.{2,}")
_SPACE_DOT: Final = re.compile(r"(?<!\s)\s{0,8}\.\s{0,8}")
_EDGES: Final = " \t\r\n\u00a0.,;:!?'\"`\u00b4()<>[]{}\u2018\u2019\u201a\u201c\u201d\u201e\u2039\u203a\u00ab\u00bb"
_ENDS: Final = f"{_EDGES}@*/#_\\&\u3002\uff0c\u2026"
STRAY: Final = "!#$%&'*/=?^`{|}~\u2018\u2019\u00b7\u2013\u2014\u2022\u2023\u25aa\u25cf"
"""Signs that may stand in a name before the @, and hardly ever begin or end one: a spreadsheet's mark, a bullet."""
_OPENERS: Final = {"}": "{", "\u2019": "\u2018"}
"""What a sign at the end may close: then it belongs there."""
_INTRO: Final = re.compile(
    r"(?<![^\s(\[<\"'])(?:https?://|(?:e?-?mail|contact|kontakt|contacto|contatto)(?:\s{0,4}[:=]\s{0,4}|\s{1,4}))"
    r"(?=[^\s@:/]+@)",
    re.IGNORECASE,
)
"""As in `Email: jane@acme.com`, `Contact:jane@acme.com` and `http://jane@acme.com`."""
_SCHEME: Final = "mailto:"
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*+(?P<end>")?', re.DOTALL)
"""A quoted string (RFC 5322 section 3.2.4), or what begins as one and goes on to the end."""
_SPACE_AT: Final = re.compile(r"(?<!\s)\s{0,8}@\s{0,8}")
_HEX_BLANK: Final = re.compile(r"(?:%20|%09)+", re.IGNORECASE)
_WORD_ENDS: Final = (
    re.compile(r"[\s<>()\[\]{},;:\"|\\/?&=]+"),
    re.compile(r"[\s<>()\[\]{},;:\"|\\]+"),
)
"""What parts addresses from other text: with signs that an address may have as well, and without them."""
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
_BEFORE: Final = re.compile(
    r"(?:(?<=\s)/\s+|/|(?:[<>|]|(?<![^\W_])[(\[{'\"]|&(?:lt|gt|quot|nbsp|amp|#\d{1,5});|mailto:|[:|>)\]]\s)\s*)\Z",
    re.IGNORECASE,
)
"""What an address begins behind: an opening bracket or quote, a link, a colon and a blank."""
_LONGEST_BEFORE: Final = 16
_ADDRESS: Final = re.compile(r"[^\s@]@[^\s@]")
_WITHIN: Final = frozenset("._+-'\u2019\\")
"""Signs that are parts of names: behind them it takes two words that are the name's."""
_MOST: Final = 400
_BROKEN: Final = re.compile(r"([^\s,;]+)\s?[,; ]\s?([a-z]{2,4})", re.IGNORECASE)
_ENDINGS: Final = frozenset(
    ["at", "be", "ch", "com", "de", "es", "eu", "fr", "info", "io", "it", "net", "nl", "org", "pl", "uk", "us"]
)
_SECOND_LEVEL: Final = frozenset(
    {"com.ar", "com.au", "com.br", "com.hk", "com.mx", "com.my", "com.sg", "com.tr", "com.tw"}
)
_SEVERAL: Final = (re.compile(r"[;,|/]"), re.compile(r"[;,|/\s]"))


def tidied(text: str) -> Iterator[str]:
    """What the text would be without its stray signs, the likeliest first; nothing says that any of it is an address.

    Taken away are `mailto:` with what follows a question mark, signs without a width, brackets, quotes and
    punctuation at either end, and white space around the @; of several addresses the first is taken, and of an address
    with other text around it the address. An @ may be written out or twice, dots too often; in a domain a comma or a
    blank may stand for a dot, and a provider's name for its domain. Of `jane doe@acme.com` nobody knows what belongs
    there. Linear in the length of the text.
    """
    seen = _seen(text)
    if "@" not in seen:
        return
    yield from _ways(seen)
    if not seen.isascii() and (without := seen.translate(_JOINERS)) != seen:
        yield from _ways(without)
    for between in _WORD_ENDS:
        first = next(_words(seen, between), None)
        if first is not None and first.count("@") == 1 and _is_apart(seen, first):
            yield first


def mentioned(text: str) -> tuple[str, ...]:
    """What may be an address in a text, wherever it stands, each once: all in a value of 320 signs, and the first 400.

    Of `a@b@c` that is `a@b` and `b@c`.
    """
    seen = _seen(text)
    found = (word.split("@") for between in _WORD_ENDS for word in _words(seen, between))
    pairs = (pair for parts in found for pair in pairwise(parts) if all(pair))
    return tuple(islice(dict.fromkeys("@".join(pair) for pair in pairs), _MOST))


def _words(seen: str, between: re.Pattern[str]) -> Iterator[str]:
    return (bare for word in between.split(seen) if "@" in (bare := word.strip(_ENDS)))


def _is_apart(seen: str, address: str) -> bool:
    """Whether what stands before an address is none of its name: a sign that opens it, or words that it has as well.

    `jane,doe@acme.com`, `anna. smith@acme.com` and `jane doe@acme.com` may be slips within one name.
    """
    before = seen[: seen.index(address)]
    head = before.rstrip()
    if not any(map(str.isalnum, head)) or _BEFORE.search(before[-_LONGEST_BEFORE:]) or _ADDRESS.search(head):
        return True
    if head != before and not any(map(str.isalpha, head)):
        return True  # a number of a list
    name = address.partition("@")[0].lower()
    shared = sum(each in name for each in set(_LETTERS.findall(head.lower())))
    return shared > (head[-1] in _WITHIN and not head[-2:-1].isspace())


def _seen(text: str) -> str:
    """The text as it looks: without signs that have no width, and with an @ and dots that are written in words."""
    seen = text if text.isascii() else text.translate(_UNSEEN)
    if _DISGUISED.search(seen) is not None:
        seen = _DOT.sub(".", _AT.sub("@", seen.removesuffix("&nbsp;").replace("%20", " ")))
    if "@" not in seen:
        seen = _DOT_WORD.sub(".", _AT_WORD.sub("@", seen, count=1))
    return _INTRO.sub("", seen, count=1)


def _ways(seen: str) -> Iterator[str]:
    whole = _bare(seen)
    yield whole
    signs = whole.count("@")
    if signs > 1:
        for between in _SEVERAL:
            first = _bare(between.split(whole, maxsplit=1)[0])
            if "@" in first:
                yield first
        whole = whole.replace("@@", "@")
    if whole.count("@") != 1:
        return
    local, _, domain = whole.partition("@")
    before, _, behind = domain.partition(",")
    if behind and "." not in before:
        yield f"{local}@{domain.replace(',', '.')}"
    yield from _domains(_DOTS.sub(".", local).strip("."), _SPACE_DOT.sub(".", _DOTS.sub(".", domain)))


def _domains(local: str, domain: str) -> Iterator[str]:
    """What a domain may have been meant for, with the name before it."""
    yield f"{local}@{domain}"
    if words := domain.split(maxsplit=1):
        yield f"{local}@{words[0].strip(_ENDS)}"
    if (provider := provider_named(domain)) is not None:
        yield f"{local}@{provider}"
    if (broken := _BROKEN.fullmatch(domain)) is not None and _goes_on(*broken.groups()):
        yield f"{local}@{broken[1]}.{broken[2]}"


def _goes_on(before: str, behind: str) -> bool:
    """Whether a domain goes on behind a comma or a blank: `acme,com`, `acme.co,uk`, and not `acme.com,de`."""
    above, _, last = before.lower().rpartition(".")
    ending = behind.lower()
    return ending in _ENDINGS if not above else last == "co" or f"{last}.{ending}" in _SECOND_LEVEL


def without_stray_signs(local: str) -> str:
    """A name before the @ without a sign that came along, and with a plain apostrophe in it for a typographic one."""
    bare = _HEX_BLANK.sub("", local, count=1) if local[:1] == "%" else local
    bare = bare.lstrip(STRAY)
    while bare and bare[-1] in STRAY and _OPENERS.get(bare[-1], bare[-1]) not in bare[:-1]:
        bare = bare[:-1]
    if bare != local:
        bare = bare.strip(".")
    return bare.replace("\u2019", "'") or local


def bracketed(text: str) -> str | None:
    """What stands in the angle brackets that a text ends in, whatever name is before them; None where it ends in none.

    Nor where brackets stand in what is before, outside quotes: then nobody knows which of them are meant.
    """
    left = text.strip().removesuffix(".")
    before, bracket, inside = left.removesuffix(">").rpartition("<")
    if not bracket or not left.endswith(">") or "@" not in inside or angled(before):
        return None
    return inside.strip()


def angled(text: str) -> bool:
    """Whether an angle bracket stands in a text outside quotes."""
    return not {"<", ">"}.isdisjoint(_QUOTED.sub(lambda found: "" if found["end"] else found[0], text))


def _bare(text: str) -> str:
    """Without what stands at either end, and without white space around the @."""
    left = text.lstrip(f"{_EDGES}@").rstrip(_ENDS)
    if left[: len(_SCHEME)].lower() == _SCHEME:
        left = left[len(_SCHEME) :].partition("?")[0].strip(_EDGES)
    if (named := bracketed(text)) is not None:
        left = named.strip(_EDGES)
    else:
        before, bracket, inside = left.rpartition("<")
        if bracket and "@" in inside and "@" not in before:
            left = inside.strip(_EDGES)
    return _SPACE_AT.sub("@", left)
