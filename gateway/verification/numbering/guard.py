"""What is asked of a value before the library may see it, cheaply: three of the library's patterns are not.

- A phone-context such as aa.aa.aa, and so on for 250 characters: the library's pattern for a domain name tries every
  way to divide each label before it gives up, which doubles with each label. One value keeps a process busy for years.
- A hundred digits, a hundred spaces and a stray character: the library's pattern for a viable number tries every way
  to divide the digits and the spaces, which takes a good part of a second, and that for each country to read it in.
- A hundred spaces and a hundred commas: its patterns for an extension try every place to begin, and from each of them
  every way to divide the commas.
"""

import re
from typing import Final, NamedTuple

from phonenumbers import phonenumberutil

from gateway.verification.numbering.characters import CONTEXT

_REPEATED: Final = re.compile(r"([^\w])\1{3,}")
"""One sign four times or more: to the library's patterns one may differ from two, and two from three; more do not."""
_SIGN: Final = r"(?:[^\w+#]|\+(?!\d))"
_LONG_GAP: Final = re.compile(f"({_SIGN}{{12}})({_SIGN}+)({_SIGN}{{12}})")
"""More signs in a row than anybody writes between two digits."""
_TELLING: Final = re.compile(rf"[^{phonenumberutil._VALID_PUNCTUATION}*]{{1,2}}")  # noqa: SLF001 - what it takes out
"""Signs that are no mere punctuation: for them the library refuses a number, or begins an extension."""
_PLUS_WITHIN: Final = re.compile(r"\d[^\d+\uff0b]*+[+\uff0b]\D*+\d")
_SECOND: Final = re.compile(r"[\\/] *x")
"""Behind which the library looks at nothing."""
_GLOBAL: Final = re.compile(r"\+[\d.()\-]*")
_LABEL: Final = re.compile(r"[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?")
_DOMAIN: Final = "a"
"""Stands for any domain name: the library looks whether it is one, and does nothing more with it."""

_VIABLE: Final = re.compile(
    # What may come after three digits may be digits, so three are as good as three or more; and there is one way to
    # find them. It is made from the library's own so that it changes with it; a test holds that it still helps.
    phonenumberutil._VALID_PHONE_NUMBER_PATTERN.pattern.replace("{3,}", "{3}", 1),  # noqa: SLF001
    phonenumberutil._VALID_PHONE_NUMBER_PATTERN.flags,  # noqa: SLF001
)


class Bare(NamedTuple):
    """A value as it is shown to the library, and what is left of it there: the number without the words before it."""

    shown: str
    number: str


def harmless(text: str) -> Bare | None:
    """The same value in a form that costs the library nothing; None when the library would find no number in it."""
    if torn(text):
        return None
    safe = _with_harmless_context(_LONG_GAP.sub(_shortened, _REPEATED.sub(r"\1\1\1", text)))
    if safe is None:
        return None
    number = phonenumberutil._build_national_number_for_parsing(safe)  # noqa: SLF001 - what its pattern is held to
    return None if _VIABLE.fullmatch(number) is None else Bare(safe, number)


def torn(text: str) -> bool:
    """Whether a plus sign stands within the digits of a value: it stands before a number, and nowhere in it."""
    return _PLUS_WITHIN.search(text) is not None and CONTEXT not in text and _SECOND.search(text) is None


def _shortened(gap: re.Match[str]) -> str:
    """Both ends of a long gap, with what is telling between them."""
    telling = _TELLING.search(gap[2])
    return gap[1] + ("" if telling is None else telling[0]) + gap[3]


def _with_harmless_context(text: str) -> str | None:
    """The value with a short context, or None when it has one that is neither a global number nor a domain name.

    A global number is a plus sign with at least one digit among separators (RFC 3966, section 3). As the library
    takes them, digits are of any script and letters of ASCII.
    """
    start = text.find(CONTEXT)
    if start < 0:
        return text
    start += len(CONTEXT)
    end = text.find(";", start)
    end = len(text) if end < 0 else end
    context = text[start:end]
    if context.startswith("+"):
        return text if _GLOBAL.fullmatch(context) and any(map(str.isdecimal, context)) else None
    return text[:start] + _DOMAIN + text[end:] if _is_domain(context) else None


def _is_domain(context: str) -> bool:
    *labels, top = context.removesuffix(".").split(".")
    return top[:1].isascii() and top[:1].isalpha() and all(map(_LABEL.fullmatch, (*labels, top)))
