"""Names in every alphabet: U-labels and A-labels, NFC, SMTPUTF8, writing directions, emoji, and IDNA 2008."""

from collections.abc import Iterator
from random import Random

import email_validator
import idna
import pytest

from gateway.verification.address import parse_email
from gateway.verification.domain_part import DOMAINS
from gateway.verification.email import judge
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW
from tests.support.depth import share


@pytest.mark.parametrize(
    ("written", "ascii_form"),
    [
        ("m\u00fcller.example", "xn--mller-kva.example"),
        ("M\u00dcLLER.Example", "xn--mller-kva.example"),
        ("mu\u0308ller.example", "xn--mller-kva.example"),
        ("例え.テスト.example", "xn--r8jz45g.xn--zckzah.example"),
        ("例え。example", "xn--r8jz45g.example"),
        ("почта.рф", "xn--80a1acny.xn--p1ai"),
        ("ελλάδα.gr", "xn--hxakic4aa.gr"),
        ("مثال.com", "xn--mgbh0fb.com"),
        ("דוגמה.com", "xn--6dbbec0c.com"),
        ("उदाहरण.com", "xn--p1b6ci4b4b3a.com"),
        ("한국.com", "xn--3e0b707e.com"),
    ],
)
def test_both_forms_of_a_domain_are_one_address(written: str, ascii_form: str) -> None:
    """U-label and A-label give the same syntax; DNS is asked for the A-label, people see the U-label."""
    one, other = parse_email(f"jane@{written}"), parse_email(f"jane@{ascii_form}")
    assert one.error is None
    assert one == other
    assert one.domain == ascii_form
    assert one.canonical == f"jane@{ascii_form}"
    assert one.normalised is not None
    assert not one.normalised.isascii()
    assert one.smtputf8 is False


@pytest.mark.parametrize(
    ("written", "ascii_form"),
    [("fa\u00df.de", "xn--fa-hia.de"), ("stra\u00dfe.de", "xn--strae-oqa.de"), ("βόλος.com", "xn--nxasmm1c.com")],
)
def test_sharp_s_and_final_sigma_are_letters_of_their_own(written: str, ascii_form: str) -> None:
    """IDNA 2008 keeps them, where IDNA 2003 wrote ss and another sigma: two domains, with two owners (UTS 46 s. 7)."""
    assert parse_email(f"jane@{written}").domain == ascii_form
    assert parse_email("jane@fass.de").domain == "fass.de"


@pytest.mark.parametrize("domain", ["i❤.ws", "xn--i-7iq.ws", "😀.com", "xn--e28h.com"])
def test_emoji_domains_are_none(domain: str) -> None:
    """IDNA 2008 allows no symbols (RFC 5892): not in either form, though a few registries sell such names."""
    assert parse_email(f"jane@{domain}").error is ReasonCode.DOMAIN_INVALID


@pytest.mark.parametrize(
    "domain", ["אב1.com", "1אב.com", "אa.com", "1.xn--4dbc.com", "xn--4dbc.1.com", "\u0661\u06f1.com"]
)
def test_a_domain_reads_in_one_direction_only(domain: str) -> None:
    """The Bidi rule (RFC 5893): `1.אב.com` and `אב.1.com` would look the same."""
    error = parse_email(f"jane@{domain}").error
    assert error is (None if domain == "אב1.com" else ReasonCode.DOMAIN_INVALID)


@pytest.mark.parametrize(
    ("written", "local"),
    [("j\u00f6rg", "j\u00f6rg"), ("jo\u0308rg", "j\u00f6rg"), ("用户", "用户"), ("مستخدم", "مستخدم"), ("😀", "😀")],
)
def test_a_name_beyond_ascii_needs_smtputf8(written: str, local: str) -> None:
    """RFC 6531: such a name travels only where all servers agree; it is kept in NFC (RFC 6532 section 3.1)."""
    syntax = parse_email(f"{written}@acme.example")
    assert (syntax.error, syntax.local, syntax.smtputf8) == (None, local, True)
    found = judge(syntax, wanted=Level.SYNTAX, now=NOW)
    assert ReasonCode.NEEDS_SMTPUTF8 in found.reasons
    assert found.facts.smtputf8 is True
    assert found.verdict.value == "deliverable"


def test_only_the_name_decides_on_smtputf8() -> None:
    """A domain beyond ASCII has its A-label, so that any server can take the mail."""
    assert parse_email("jane@m\u00fcller.example").smtputf8 is False
    assert parse_email("j\u00f6rg@xn--mller-kva.example").smtputf8 is True


@pytest.mark.parametrize("sign", ["\u202e", "\u200b", "\u2066", "\u00ad", "\ufeff"])
def test_invisible_signs_are_unsafe_in_a_name(sign: str) -> None:
    """They would make one address look like another."""
    assert parse_email(f"ja{sign}ne@acme.example").error is ReasonCode.UNSAFE_CHARACTERS


POOLS = (
    *("абвгдежйё", "äöüßéñı", "αβγδεςά", "日本語一", "あいコ・", "한국어", "אבג12", "ابت١٢", "कखगि", "ไทยก", "ABCÄẞİﬁ"),
    *("ǆͺⅠ①㎏ªº²", "\u200d\u200c\u00ad\u0301\u0307", "０１ａｂ．。", "xn--", "0123456789-", "abcdefg", "l·lŀ", "𐐀𝐚😀"),
)
ENDS = ("", ".com", ".рф", ".xn--p1ai", ".test", ".örg", ".", ".1")


def odd_domains(seed: int, count: int) -> Iterator[str]:
    """Labels of letters, marks, digits and worse, from one alphabet or two, some of them as A-labels."""
    random = Random(seed)  # noqa: S311 - the same names each time, not secret ones
    for _ in range(count):
        labels = []
        for _ in range(random.randint(1, 4)):
            signs = "".join(random.choices(POOLS, k=random.randint(1, 2)))
            label = "".join(random.choices(signs, k=random.choice((1, 2, 3, 5, 8, 8, 20, 61))))
            labels.append("xn--" + label.encode("punycode").decode() if random.random() < 0.3 else label)
        yield ".".join(labels) + random.choice(ENDS)


def test_letters_are_read_as_the_library_reads_them() -> None:
    """Without it, in a fraction of the time, to the same names or none, over many odd domains."""
    read = 0
    for domain in odd_domains(20261129, share(2000)):
        try:
            found = email_validator.validate_email(f"a@{domain}", check_deliverability=False)
        except email_validator.EmailNotValidError:
            assert DOMAINS[domain] is None, ascii(domain)
            continue
        read += 1
        host = DOMAINS[domain]
        assert host is not None, ascii(domain)
        assert (host.name, host.shown) == (found.ascii_domain, found.domain)
    assert read > share(150)


@pytest.mark.parametrize(
    "domain",
    [
        "\u0dc1\u0dca\u200d\u0dbb\u0dd3.com",
        "\u0915\u094d\u200d\u0937.com",
        "xn--10cl1a0b660p.com",
        "\u0646\u0627\u0645\u0647\u200c\u0627\u06cc.com",
    ],
)
def test_a_joiner_is_a_letter_where_an_alphabet_needs_it(domain: str) -> None:
    """Sinhala, Hindi and Persian names hold them (RFC 5892, appendix A.1 and A.2), though the library refuses them."""
    found = parse_email(f"a@{domain}")
    assert (found.error, found.domain) == (None, idna.encode(domain).decode())


def test_a_joiner_elsewhere_is_refused() -> None:
    """Between letters that do not ask for it, it would only make another domain that looks the same."""
    assert parse_email("a@ac\u200dme.com").error is ReasonCode.UNSAFE_CHARACTERS
    assert parse_email("a@" + idna.encode("acme.com").decode()).error is None
