"""Look-alike domains: what imitates a provider or mixes alphabets, and the honest names that do neither."""

import idna
import pytest

from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailOutcome
from gateway.verification.email import judge
from gateway.verification.lookalike import imitates
from gateway.verification.model import Deliverability
from gateway.verification.providers import FOLDING, KNOWN
from gateway.verification.reasons import Level, ReasonCode
from tests.gateway.verification.fakes import NOW, mail

HONEST_NAMES = """
yahoo.lt libero.lt hotmail.lt
müller.de bäckerei-groß.de straße.de köln.de übersetzer.com schöne-grüße.at fußball.de
château.fr société-générale.fr forêt.fr crème-brûlée.fr noël.fr français.com
łódź.pl żółw.pl książka.pl ćwierć.com święta.pl
почта.рф москва.рф сахара.рф пример.com рута.com яндекс.рф кофе.com
παράδειγμα.gr ελλάδα.gr αθήνα.com βιβλίο.gr
日本語.jp ラーメン.jp ドメイン名例.jp すし屋.com 東京カメラ部.jp コーヒー.jp
中国.com 百度.cn 新浪微博.com 例子.中国 tech中文.com
한국.com 도메인.kr 서울.한국 lg전자.kr
مثال.com مصر.com موقع.وزارة
उदाहरण.com भारत.भारत
ไทย.com ตัวอย่าง.ไทย
señor.es años.com ångström.se ærlig.dk þór.is ğüneş.com.tr őrség.hu čeština.cz i18n-größe.de 3ラボ.jp
сор.ru хор.рф боро.com ορος.gr
"""
HONEST = HONEST_NAMES.split()


def a_label(domain: str) -> str:
    """The A-label form, as the gateway keeps it."""
    return idna.encode(domain, uts46=True).decode()


@pytest.mark.parametrize("domain", HONEST)
def test_honest_names_are_not_suspected(domain: str) -> None:
    """A name in the alphabet of its language is no look-alike, with Latin letters beside where its readers write so."""
    assert not imitates(a_label(domain))


def test_the_honest_names_are_many() -> None:
    """There are at least thirty, and all of them can be mailed."""
    assert len(HONEST) >= 30
    assert all(parse_email(f"jane@{domain}").error is None for domain in HONEST)


@pytest.mark.parametrize(
    "domain",
    [
        "g\u043c\u0430il.com",  # Cyrillic em and a among Latin letters
        "\u0430pple.com",  # Cyrillic a
        "payp\u03b1l.com",  # Greek alpha
        "\u03b1\u0431\u0432.com",  # Greek with Cyrillic
        "mail.\u0430cme.com",  # in any label
        "\u0430\u043e\u04cf.com",  # all Cyrillic, reads aol
        "\u0430\u0440\u0440\u04cf\u0435.com",  # all Cyrillic, reads apple
        "mail.\u0430\u0441\u0435.de",
        "\u0430\u043e\u04cf.\u0441\u043e\u043c",  # with its ending
        "\u0443\u0430\u043d\u043e\u043e.com",  # reads yahoo but for one letter, which is no look-alike
    ],
)
def test_letters_of_another_alphabet_are_seen(domain: str) -> None:
    """Mixed alphabets in one label, and a provider's name spelt in another one."""
    expected = domain != "\u0443\u0430\u043d\u043e\u043e.com"
    assert imitates(a_label(domain)) is expected


@pytest.mark.parametrize(
    "domain",
    [
        "grnail.com",
        "gma1l.com",
        "hotrnail.com",
        "0utlook.com",
        "out1ook.com",
        "g00glemail.com",
        "vveb.de",
        "a0l.com",
        "lcloud.com",
        "outiook.com",
        "hotmaii.com",
        "hotma1i.com",
    ]
    + [a_label(name) for name in ("gmạil.com", "gmaıl.com", "yàhoo.com", "ġmx.de", "protonmaił.com")],
)
def test_tricks_with_plain_letters_are_seen(domain: str) -> None:
    """`rn` for m, `vv` for w, 0 for o, 1 for l or i, and marks on a provider's letters."""
    assert imitates(domain)


@pytest.mark.parametrize(
    "domain",
    [
        "corn.com",
        "mall.ru",
        "mail.de",
        "aoi.com",
        "iive.com",
        "modern.de",
        "1und1.de",
        "o2.pl",
        "02.pl",
        "163.com",
        "126.com",
        "4you.com",
        "rnli.org",
        "10.com",
        "savvy.com",
        "2021.de",
        "gmail1.com",
        "acme0.com",
        "xn--a.com",
        "xn--.com",
        "",
        "com",
    ],
)
def test_names_with_such_letters_of_their_own_are_left_alone(domain: str) -> None:
    """Only a provider's name is imitated; two letters and what is no name at all imitate nobody."""
    assert not imitates(domain)


@pytest.mark.parametrize("domain", sorted({*KNOWN, *FOLDING}))
def test_no_provider_imitates_another(domain: str) -> None:
    """The providers themselves are what is imitated."""
    assert not imitates(domain)


@pytest.mark.parametrize("address", ["jane@gma1l.com", "jane@\u0430pple.com", "Jane@GRNAIL.com"])
def test_a_look_alike_is_a_doubt(address: str) -> None:
    """Such an address is risky already at its syntax, with reason and fact; it is never undeliverable for that."""
    found = judge(parse_email(address), wanted=Level.SYNTAX, now=NOW)
    assert (found.verdict, found.score, found.facts.lookalike) == (Deliverability.RISKY, 20, True)
    assert found.reasons == (ReasonCode.SYNTAX_OK, ReasonCode.DOMAIN_LOOKALIKE)
    plain = judge(parse_email("jane@gmail.com"), wanted=Level.SYNTAX, now=NOW)
    assert (plain.verdict, plain.facts.lookalike) == (Deliverability.DELIVERABLE, False)


@pytest.mark.parametrize("domain", ["gma1l.com", "gm\u0430il.com", "gma\u0131l.com", "grnail.com"])
def test_whom_a_dead_look_alike_imitates_is_suggested(domain: str) -> None:
    """Only where nothing could be sent to what was typed: else it is somebody's."""
    syntax = parse_email(f"jane@{domain}")
    lists = ListHits(allowed=False)
    dead = judge(syntax, lists=lists, dns=mail(syntax.domain, MailOutcome.NXDOMAIN), now=NOW)
    alive = judge(syntax, lists=lists, dns=mail(syntax.domain, MailOutcome.MX), now=NOW)
    assert (dead.suggestion, alive.suggestion) == ("jane@gmail.com", None)


@pytest.mark.parametrize(
    ("local", "doubtful"),
    [
        ("j\u043ehn", True),
        ("\u0430d\u0430", True),
        ("\u0438\u0432\u0430\u043d", False),
        ("j\u00f6rg", False),
        ("\u0438\u0432\u0430\u043d.smith", False),
        ("\u0438\u0432\u0430\u043d+crm", False),
        ("\u7528\u6237abc", False),
    ],
)
def test_a_name_before_the_at_sign_that_mixes_alphabets_is_a_doubt(local: str, *, doubtful: bool) -> None:
    """Nobody can type it as it looks; a name in one alphabet, or as its readers mix them, is none."""
    found = judge(parse_email(f"{local}@acme.example"), wanted=Level.SYNTAX, now=NOW)
    assert (ReasonCode.LOCAL_PART_LOOKALIKE in found.reasons) is doubtful
    assert (found.verdict is Deliverability.RISKY) is doubtful


def test_the_allow_list_ends_the_doubt() -> None:
    """Whoever knows the domain to be honest says so: then what it looks like is a fact, and counts no more."""
    syntax = parse_email("jane@gma1l.com")
    held = judge(syntax, lists=ListHits(allowed=False), wanted=Level.LISTS, now=NOW)
    assert (held.verdict, held.facts.lookalike) == (Deliverability.RISKY, True)
    freed = judge(syntax, lists=ListHits(allowed=True), wanted=Level.LISTS, now=NOW)
    assert (freed.verdict, freed.facts.lookalike) == (Deliverability.DELIVERABLE, True)
    assert ReasonCode.ALLOW_LISTED_DOMAIN in freed.reasons


def test_full_width_letters_are_plain_ones() -> None:
    """UTS 46 makes ASCII of them before anything else is asked: what is left is Gmail itself."""
    assert parse_email("jane@ｇｍａｉｌ.com").domain == "gmail.com"
    assert parse_email("jane@ｇｍａｉｌ.com").doubts == ()
