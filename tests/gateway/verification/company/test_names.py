"""Reading domains and web addresses: what is refused, what is understood, and the registered domain of it."""

import idna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.verification.company.codes import CompanyCode
from gateway.verification.company.names import MAX_INPUT, read_host, read_site
from gateway.verification.suffixes import registrable_domain
from tests.support.cost import cpu_seconds


@pytest.mark.parametrize(
    ("written", "host", "name"),
    [
        ("acme.de", "acme.de", "acme.de"),
        (" ACME.de. ", "acme.de", "acme.de"),
        ('"acme.de"', "acme.de", "acme.de"),
        ("<https://acme.de>", "acme.de", "acme.de"),
        ("Website: acme.de", "acme.de", "acme.de"),
        ("acme.de, acme.com", "acme.de", "acme.de"),
        ("www.acme.de; www.acme.at", "www.acme.de", "acme.de"),
        ("acme.de / acme.com", "acme.de", "acme.de"),
        ("acme.de und acme.com", "acme.de", "acme.de"),
        ("acme.de\nacme.com", "acme.de", "acme.de"),
        ("acme.de|shop", "acme.de", "acme.de"),
        ("www.acme.de (Shop)", "www.acme.de", "acme.de"),
        ("https://acme.de https://acme.at", "acme.de", "acme.de"),
        ("https://acme.de/p;a=1,2|3", "acme.de", "acme.de"),
        ("www.acme,de", "www.acme.de", "acme.de"),
        ("acme.de%20", "acme.de", "acme.de"),
        ("//acme.de", "acme.de", "acme.de"),
        ("htp://acme.de", "acme.de", "acme.de"),
        ("[our site](https://acme.de/x)", "acme.de", "acme.de"),
        ("https://www.acme.co.uk/about?x=a@b#top", "www.acme.co.uk", "acme.co.uk"),
        ("HTTP://shop.acme.com:8443/", "shop.acme.com", "acme.com"),
        ("acme.com:443", "acme.com", "acme.com"),
        ("acme.com:", "acme.com", "acme.com"),
        ("https://bücher.de", "xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("xn--bcher-kva.de", "xn--bcher-kva.de", "xn--bcher-kva.de"),
        ("https://ACME。de/", "acme.de", "acme.de"),
        ("http:/acme.de", "acme.de", "acme.de"),
        ("https//:acme.de/about", "acme.de", "acme.de"),
        ("https//acme.de", "acme.de", "acme.de"),
        ("https:acme.de", "acme.de", "acme.de"),
        ("http://http://acme.de", "acme.de", "acme.de"),
        ("www,acme.de", "www.acme.de", "acme.de"),
        ("https.acme.de", "https.acme.de", "acme.de"),
        ("http:/1und1.de", "1und1.de", "1und1.de"),
    ],
)
def test_what_people_write_is_understood(written: str, host: str, name: str) -> None:
    """Scheme, port, path, case and a last dot do not matter; names come out as A-labels."""
    site = read_site(written)
    assert (site.host, site.name, site.fault) == (host, name, None)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("ftp://acme.de", CompanyCode.SITE_UNREADABLE),
        ("http:8080", CompanyCode.SITE_UNREADABLE),
        ("javascript:alert(1)", CompanyCode.SITE_UNREADABLE),
        ("acme", CompanyCode.SITE_UNREADABLE),
        ("n/a", CompanyCode.SITE_UNREADABLE),
        ("https://", CompanyCode.SITE_UNREADABLE),
        ("acme .de", CompanyCode.SITE_UNREADABLE),
        ("acme.co\n.uk", CompanyCode.SITE_UNREADABLE),
        ("www.acme.\ncom", CompanyCode.SITE_UNREADABLE),
        ("www.acme\ncom", CompanyCode.SITE_UNREADABLE),
        ("acme.de\\@evil.example", CompanyCode.SITE_CREDENTIALS),
        ("acme_de.com", CompanyCode.SITE_UNREADABLE),
        ("-acme.de", CompanyCode.SITE_UNREADABLE),
        ("acme..de", CompanyCode.SITE_UNREADABLE),
        ("acme.de:http", CompanyCode.SITE_UNREADABLE),
        ("acme.de:70000", CompanyCode.SITE_UNREADABLE),
        ("acme.de:٨٠", CompanyCode.SITE_UNREADABLE),
        ("a" * 2049, CompanyCode.SITE_UNREADABLE),
        (f"{'a' * 64}.de", CompanyCode.SITE_UNREADABLE),
        ("https://jo:secret@acme.de/", CompanyCode.SITE_CREDENTIALS),
        ("jo@acme.de", CompanyCode.SITE_CREDENTIALS),
        ("http://192.0.2.7/", CompanyCode.SITE_IP_ADDRESS),
        ("http://[2001:db8::1]/", CompanyCode.SITE_IP_ADDRESS),
        ("2001:db8::1", CompanyCode.SITE_IP_ADDRESS),
        ("http://127.1", CompanyCode.SITE_IP_ADDRESS),
        ("http://0x7f000001/", CompanyCode.SITE_IP_ADDRESS),
        ("2130706433", CompanyCode.SITE_IP_ADDRESS),
        ("intranet.local", CompanyCode.SITE_SPECIAL_USE),
        ("https://localhost:8080", CompanyCode.SITE_SPECIAL_USE),
        ("co.uk", CompanyCode.SITE_PUBLIC_SUFFIX),
    ],
)
def test_what_is_no_web_address_is_refused_and_said(written: str, fault: CompanyCode) -> None:
    """A refusal names its reason, and neither a host nor a domain comes out."""
    site = read_site(written)
    assert (site.host, site.name, site.fault) == (None, None, fault)


@pytest.mark.parametrize(
    ("domain", "registered"),
    [
        ("acme.de", "acme.de"),
        ("a.b.acme.de", "acme.de"),
        ("a.acme.co.uk", "acme.co.uk"),
        ("co.uk", None),
        ("uk", None),
        ("acme.gv.at", "acme.gv.at"),
        ("com.de", None),
    ],
)
def test_the_registered_domain_is_one_label_more_than_its_suffix(domain: str, registered: str | None) -> None:
    """Sub-domains fall away, and a public suffix is nobody's."""
    assert registrable_domain(domain) == registered


@given(st.text(max_size=60) | st.from_regex(r"(https?://)?[a-zA-Z0-9.@:\[\]/\\%-]{0,40}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing raises; what is read has a registered domain that its host ends with, and reads the same again."""
    site = read_site(text)
    assert (site.fault is None) == (site.host is not None) == (site.name is not None)
    if site.host is not None and site.name is not None:
        assert site.host == site.name or site.host.endswith(f".{site.name}")
        assert read_host(site.host) == site


@pytest.mark.parametrize("piece", ["a.", "ä", "@", ":", "[", "xn--", "1.", "http://", "%", "。"])
def test_hostile_input_costs_next_to_nothing(piece: str) -> None:
    """100 kB of one piece over and over is refused at once."""
    text = piece * (100_000 // len(piece))
    assert read_site(text).fault is not None
    assert cpu_seconds(lambda: read_site(text), enough=0.2) < 0.2


@pytest.mark.parametrize("piece", [" ", "\t", " ,", " und ", " (", " www.", "www.a,", "a ", "-"])
def test_the_longest_that_is_read_costs_next_to_nothing(piece: str) -> None:
    """What stands between two addresses, over and over: longer text is refused unread."""
    text = f"a{piece * (MAX_INPUT // len(piece))}"[: MAX_INPUT - 1] + "b"
    assert cpu_seconds(lambda: read_site(text), enough=0.02) < 0.02


@pytest.mark.parametrize("piece", ["\u0660", "\u06f0", "\u05d0\u0660", "\u0660a", "\u00e9a.", "\u30fb"])
def test_a_hundred_kilobytes_of_hosts_cost_next_to_nothing(piece: str) -> None:
    """Digits and dots of other scripts, which the library asks for all signs around each: as long as a host may be."""
    hosts = [f"{(piece * 250)[:size]}.com" for size in (60, 249)]

    def work() -> None:
        for _ in range(200):
            for host in hosts:
                read_host(host)

    assert cpu_seconds(work, enough=0.2) < 0.2


@given(
    st.lists(
        st.text(st.sampled_from("a0-\u00e4\u00df\u05d0\u0660\u30fb\u8a9e\u200d\u0301\uff21\u3002"), max_size=6),
        max_size=3,
    )
)
def test_hosts_of_any_alphabet_are_the_librarys(labels: list[str]) -> None:
    """Label by label, as `idna.encode` maps and checks them."""
    written = ".".join([*labels, "com"])
    try:
        expected = idna.encode(written, uts46=True).decode()
    except idna.IDNAError:
        expected = None
    if written.isascii() or (expected is not None and registrable_domain(expected) is None):
        return
    assert read_host(written).host == expected
