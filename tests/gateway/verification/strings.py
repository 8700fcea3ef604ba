"""Strings that are addresses, or nearly: made from a seed, mutated, and read by the library alone for comparison."""

import re
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

import email_validator

from gateway.verification.address import EmailSyntax
from gateway.verification.reasons import ReasonCode

_LOCALS: Final = (
    "jane Jane.Doe j.d o'brien jane+news INFO PostMaster www.x a-b_c {x}|y #1 jörg 用户 ιω é e\u0301 ab..c .a a. "
    '"jane" "a\\ b" "a@b" "é" "" a\u00ad\u200b аdа ＡＢ a\u037eb ja(x)ne <a> a@b Jane\\@x  x\ty \x00a \u2028a 😀 ß İ ﬁ'
)
LOCALS: Final = _LOCALS.split(" ")
_LABELS: Final = (
    "acme ACME mail web-de a b1 1a 123 ab--cd a-b--c xn--mller-kva XN--MLLER-KVA xn--a xn--i-7iq xn--fiq228c -acme "
    "acme- a_b müller MÜLLER straße ἄλφα пример 例え 中国 한국 مثال भारत ไทย i❤ 😀 аpple ａｃｍｅ ac\u00adme "
    "ac\u200bme ac\u200dme faß ① ℡ ㎏ a\u0301 \u0301a ١٢ אב x.y"
)
LABELS: Final = _LABELS.split(" ")
_ENDS: Final = (
    "com COM de co.uk example test local localhost onion arpa invalid c 1 123 x1 1x com. com.. com。 рф xn--p1ai 中国 "
    "xn--fiqs8s c-m - _ TEST Onion test.com com.test co--m verylongtopleveldomain"
)
ENDS: Final = _ENDS.split(" ")
_WHOLES: Final = (
    'Jane <jane@acme.com>|Jane Doe<jane@acme.com >|<jane@acme.com>|"J, D" <j@acme.com>|J. <j@acme.com>|a@[192.0.2.1]|'
    "a@[8.8.8.8]|a@[IPv6:2001:db8::1]|a@[ipv6:::1%eth0]|a@[x]|a@[|a@|@|@a.com|a|a b@c.com|a@b.com (x)|(x)a@b.com|"
    'a＠b.com|a﹫b.com|a@b@c.com|"a@b"@c.com|mailto:a@b.com|a@b.com,c@d.com|a@b.com;|a@b。com|a@.com|a@b..com|'
    "a@b.c\u00adom|a\u0338@b.com|a<\u0338b@c.com|\u202ea@b.com|a@\u202eb.com"
)
WHOLES: Final = _WHOLES.split("|")
SIGNS: Final = (
    "abz019.-_+@\"\\<>()[],:; \t\r\n\x00\x7f%'!/"
    "\u00a0\u00adéßİıſσς．。｡＠а中\u0301\u0338\u200b\u200d\u202e\u2028\ud800😀"
)
FILLS: Final = (1, 10, 20, 61, 62, 63, 64, 65, 120, 185, 240, 250)


def strings(seed: int, count: int) -> Iterator[str]:
    """So many strings, about one in three of them an address; the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - the same strings each time, not secret ones
    makers: list[Callable[[Random], str]] = [_plain, _plain, _plain, _plain, _odd, _odd, _long, _whole]
    for _ in range(count):
        text = random.choice(makers)(random)
        for _ in range(random.choice((0, 0, 0, 0, 1, 1, 2, 4))):
            text = _mutated(random, text)
        yield text


def _plain(random: Random) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzABCXYZ0123456789"
    words = ["".join(random.choices(letters, k=random.randint(1, 9))) for _ in range(4)]
    return f"{words[0]}{random.choice('._-+')}{words[1]}@{words[2]}{random.choice('.-')}{words[3]}.{_end(random)}"


def _odd(random: Random) -> str:
    labels = ".".join(random.choices(LABELS, k=random.randint(0, 3)))
    return f"{random.choice(LOCALS)}@{labels}{random.choice(('.', '.', '.', ''))}{_end(random)}"


def _long(random: Random) -> str:
    local = "a" * random.choice(FILLS)
    labels = [random.choice("bé") * random.choice(FILLS) for _ in range(random.randint(1, 4))]
    return f"{local}@{'.'.join(labels)}.{_end(random)}"


def _end(random: Random) -> str:
    return random.choice(ENDS) if random.random() < 0.3 else random.choice(ENDS[:4])


def _whole(random: Random) -> str:
    return random.choice(WHOLES)


def _mutated(random: Random, text: str) -> str:
    at, sign = random.randint(0, len(text)), random.choice(SIGNS)
    match random.randrange(6):
        case 0:
            return text[:at] + sign + text[at:]
        case 1:
            return text[:at] + text[at + 1 :]
        case 2:
            return text[:at] + sign + text[at + 1 :]
        case 3:
            return text[:at] + text[at : at + 3] * 2 + text[at + 3 :]
        case 4:
            return text.swapcase()
        case _:
            return f" {text}\n" if random.random() < 0.5 else f"{text}."


def read_by_library(value: str) -> tuple[object, ...]:
    """What the library alone makes of a value: nothing, or what it reads; with the rules that we add to it.

    They are: white space around it goes, so does one dot behind the domain; a display name is told, with the
    address as suggestion, also where the library wants it in quotes; a local part has 64 octets at most.
    """
    text = value.strip()
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1]
    try:
        read = email_validator.validate_email(
            text,
            check_deliverability=False,
            allow_quoted_local=True,
            allow_domain_literal=True,
            allow_display_name=True,
        )
    except email_validator.EmailNotValidError:
        named = re.fullmatch(r'([^<>"]*)<([^<>]+)>', text)
        other = named is None or ("@" in named[1] and named[1].strip().lower() != named[2].strip().lower())
        inside = ("refused",) if named is None or other or not named[1].isprintable() else read_by_library(named[2])
        return ("display name", inside[3]) if inside[0] == "read" else ("refused",)
    if len(read.local_part.encode()) > 64:  # RFC 5321 section 4.5.3.1.1
        return ("refused",)
    if read.display_name is not None:
        return ("display name", read.normalized)
    literal = getattr(read, "domain_address", None) is not None
    return ("read", read.local_part, read.ascii_domain.lower(), read.normalized, not read.ascii_local_part, literal)


def as_library(syntax: EmailSyntax) -> tuple[object, ...]:
    """What we made of a value, in the form of `read_by_library`."""
    if ReasonCode.DISPLAY_NAME in syntax.doubts:
        return ("display name", syntax.normalised)
    if syntax.error is not None:
        return ("refused",)
    return ("read", syntax.local, syntax.domain, syntax.normalised, syntax.smtputf8, syntax.literal)
