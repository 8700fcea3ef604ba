"""Labels in both forms: as the standard library and `idna` give them, and a thousand different ones at little cost."""

from collections.abc import Callable
from random import Random

import email_validator
import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.address import parse_email
from gateway.verification.domain_part import DOMAINS
from gateway.verification.email import judge
from gateway.verification.labels import both, mapped
from gateway.verification.punycode import punycode
from gateway.verification.reasons import Level
from tests.gateway.verification.fakes import NOW
from tests.support.cost import cpu_seconds

CYRILLIC = "абвгдежзийклмнопрстуфхцчшщыэюя"
HEBREW = "אבגדהוזחטיכלמנסעפצקרשת"
CHINESE = "".join(map(chr, range(0x4E00, 0x4F00)))
HINDI = "".join(map(chr, (*range(0x905, 0x939), *range(0x93E, 0x949))))
WIDE = "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ"

Words = Callable[[str, int], str]
LISTS: dict[str, Callable[[Words], str]] = {
    "Cyrillic": lambda word: f"a@{word(CYRILLIC, 30)}.{word(CYRILLIC, 20)}.рф",
    "Hebrew": lambda word: f"a@{word(HEBREW, 30)}.{word(HEBREW, 20)}.{word(HEBREW, 5)}",
    "Chinese": lambda word: f"a@{word(CHINESE, 14)}.{word(CHINESE, 14)}.{word(CHINESE, 2)}",
    "Hindi": lambda word: f"a@{word(HINDI, 14)}.{word(HINDI, 14)}.{word(HINDI, 2)}",
    "signs that stand for many": lambda word: "a@" + "\ufdfa" * 28 + word("abcdefghij", 8) + ".com",
    "full-width": lambda word: f"a@{word(WIDE, 30)}.{word(WIDE, 20)}.com",
    "A-labels": lambda word: f"a@{idna.alabel(word(CYRILLIC, 30)).decode()}.com",
    "a name of such letters too": lambda word: f"{word(CYRILLIC, 20)}@{word(CYRILLIC, 10)}.рф",
    "behind a name": lambda word: f"{word('abcdef', 10)} <a@{word(CYRILLIC, 10)}.рф>",
    "two at-signs": lambda word: f"a@{word(CYRILLIC, 8)}@{word(CYRILLIC, 30)}.рф",
    "commas": lambda word: f"a@{word(CYRILLIC, 8)},{word(CYRILLIC, 30)},рф",
    "invisible signs": lambda word: f"a\u200b@{word(CYRILLIC, 8)}.{word(CYRILLIC, 30)}\u200b.рф",
    "links": lambda word: f"mailto:a@{word(CYRILLIC, 8)}.{word(CYRILLIC, 30)}.рф",
}
SIZE = 100_000
MOST = 1_000
"""Addresses in one request."""
LIMIT = 0.5
"""Seconds; it is under 0.2 where nothing else runs, and was 0.5 to 1.6 when the library read such domains."""


@pytest.mark.integration  # for the time it takes
@pytest.mark.parametrize("kind", LISTS)
def test_a_request_full_of_different_domains_costs_little(kind: str) -> None:
    """A hundred kilobytes of them, none of which was met before."""
    random = Random(kind)  # noqa: S311 - the same names each time, not secret ones
    values: list[str] = []
    size = 0
    while len(values) < MOST and size < SIZE:
        values.append(LISTS[kind](lambda letters, count: "".join(random.choices(letters, k=count))))
        size += len(values[-1].encode())

    def work() -> None:
        DOMAINS.clear()
        for value in values:
            judge(parse_email(value), wanted=Level.SYNTAX, now=NOW)

    assert cpu_seconds(work, enough=LIMIT) < LIMIT


@given(
    st.text() | st.text(alphabet=CYRILLIC + "ab-1") | st.text(alphabet=CHINESE) | st.text(alphabet="z\u0080\U0010ffff")
)
def test_punycode_is_what_the_codec_writes(label: str) -> None:
    """RFC 3492, for any text at all."""
    assert punycode(label) == label.encode("punycode").decode()


@pytest.mark.parametrize(
    ("label", "coded"),
    [
        (
            "\u0644\u064a\u0647\u0645\u0627\u0628\u062a\u0643\u0644\u0645\u0648\u0634\u0639\u0631\u0628\u064a\u061f",
            "egbpdaj6bu4bxfgehfvwxn",
        ),
        ("\u4ed6\u4eec\u4e3a\u4ec0\u4e48\u4e0d\u8bf4\u4e2d\u6587", "ihqwcrb4cv8a8dqg056pqjye"),
        ("3\u5e74B\u7d44\u91d1\u516b\u5148\u751f", "3B-ww4c5e180e575a65lsy2b"),
        ("-> $1.00 <-", "-> $1.00 <--"),
    ],
)
def test_punycode_is_as_the_rfc_shows(label: str, coded: str) -> None:
    """Samples A, B, L and S of RFC 3492 section 7.1."""
    assert punycode(label) == coded


@given(st.text(alphabet=CYRILLIC + HINDI + CHINESE[:9] + "abß·\u0301-19\u200d", min_size=1, max_size=70))
def test_a_label_is_as_idna_reads_it(label: str) -> None:
    """Both ways there are to one label: refused alike, or the same letters; its direction is looked at elsewhere."""
    name = mapped(label)
    try:
        written = idna.alabel(name).decode()
    except idna.IDNAError:
        with pytest.raises(idna.IDNAError):
            both(name)
    else:
        assert both(name) == (written, idna.ulabel(written))
        assert both(written) == both(name)


@given(st.lists(st.text(alphabet=HEBREW[:5] + "ابت\u0661\u06f119a-", min_size=1, max_size=5), min_size=1, max_size=3))
def test_a_name_is_read_in_one_direction_as_the_library_reads_it(labels: list[str]) -> None:
    """Letters from right to left beside others, digits of three kinds, hyphens: refused alike, or the same name."""
    name = ".".join((*labels, "com"))
    try:
        found = email_validator.validate_email(f"a@{name}", check_deliverability=False)
    except email_validator.EmailNotValidError:
        assert DOMAINS[name] is None
    else:
        host = DOMAINS[name]
        assert host is not None
        assert (host.name, host.shown) == (found.ascii_domain, found.domain)


@given(st.text(max_size=60))
def test_a_name_is_mapped_as_idna_maps_it(name: str) -> None:
    """Letter by letter, from memory."""
    try:
        expected = idna.uts46_remap(name, std3_rules=False)
    except idna.IDNAError:
        with pytest.raises(idna.IDNAError):
            mapped(name)
    else:
        assert mapped(name) == expected
