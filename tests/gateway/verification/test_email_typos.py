"""Typing errors and roles: what is suggested and flagged, and whose real domain or name is left alone."""

import pytest

from gateway.verification.address import parse_email
from gateway.verification.answers import ListHits, MailOutcome
from gateway.verification.domains import TRAPS, suggest_domain
from gateway.verification.email import judge
from gateway.verification.model import EmailVerdict
from gateway.verification.providers import KNOWN
from gateway.verification.reasons import Level, ReasonCode
from gateway.verification.roles import is_role
from tests.gateway.verification.fakes import NOW, FakeLists, mail
from tests.gateway.verification.names import GIVEN

NEAR_BUT_REAL = (
    "mailw.com", "ymail.com", "mail.com", "email.com", "gmx.us", "hotmails.com", "gmxl.de", "outlooks.com", "lives.com",
    "webb.de", "wab.de", "gmb.de", "sky.de", "cox.de", "freed.fr", "oranges.fr", "aol.de", "msn.de", "yahoo.de",
    "gmc.de", "protonmail.org", "fastmail.org", "wp.de", "onet.eu", "iclouds.com", "fmail.com", "tmail.com",
)  # fmt: skip

PERSONS = """
t.aller l.ager s.ales h.ola d.evis m.edia h.r p.r h-r s_ales jo.sales ed.list al.mail li.mail lu.office in.fo ma.il
sales.smith team-berlin hello.world juan.ventas ap ar a.ccounts j.manager
"""
FUNCTIONS = """
no-reply no.reply do_not_reply do.not.reply customer.service service-client mailer-daemon human_resources sales.de
info-us sales.en support.team support2 hr2 info.2 de.info web.master help.desk
"""
OFFICES = """
accounts accounting accountspayable accounts.payable accounts_receivable manager management office.manager
officemanager salesteam ceo cfo cto sav contactus contact.us
"""


def verdict(domain: str, outcome: MailOutcome) -> EmailVerdict:
    """The verdict on an address at a domain whose mail look-up ends like this."""
    return judge(parse_email(f"jane@{domain}"), lists=FakeLists().hits(domain), dns=mail(domain, outcome), now=NOW)


@pytest.mark.parametrize("domain", NEAR_BUT_REAL)
@pytest.mark.parametrize("outcome", [MailOutcome.MX, MailOutcome.IMPLICIT_MX, MailOutcome.TIMEOUT])
def test_a_domain_that_takes_mail_gets_no_suggestion(domain: str, outcome: MailOutcome) -> None:
    """However near to a provider: it is somebody's, or nothing is known against it yet."""
    assert domain not in TRAPS
    found = verdict(domain, outcome)
    assert found.suggestion is None
    assert ReasonCode.TYPO_TRAP_DOMAIN not in found.reasons


@pytest.mark.parametrize("outcome", [MailOutcome.NXDOMAIN, MailOutcome.NODATA, MailOutcome.NULL_MX])
def test_a_dead_near_miss_gets_one(outcome: MailOutcome) -> None:
    """Proved to take no mail, the provider that was probably meant is shown, and the address stays as typed."""
    found = verdict("gmaik.com", outcome)
    assert found.suggestion == "jane@gmail.com"
    assert found.evidence.normalised == found.evidence.canonical == "jane@gmaik.com"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ymail.con", "ymail.com"),
        ("acme.ogr", "acme.org"),
        ("gmial.con", "gmail.com"),
        ("gmaik.com", "gmail.com"),
        ("hotmeil.de", None),
        ("uol.com", None),
        ("bol.com", None),
        ("yahoo.de", None),
        ("gmail.es", "gmail.com"),
        ("protonmail.co", "protonmail.com"),
        ("gmx.us", None),
        ("ymail.com", None),
        ("mail.com", None),
        ("outlook.cim", "outlook.com"),
        ("acme.com", None),
    ],
)
def test_one_mistake_is_likelier_than_two(typed: str, meant: str | None) -> None:
    """The top-level domain before the name; and a provider's name in another country is nobody's typing error."""
    assert suggest_domain(typed) == meant


@pytest.mark.parametrize("domain", sorted(TRAPS))
def test_a_known_trap_gets_one_at_every_level(domain: str) -> None:
    """A trap takes mail meant for others, so DNS cannot tell; the address itself stays as it was typed."""
    syntax = parse_email(f"jane@{domain}")
    early = judge(syntax, wanted=Level.SYNTAX, now=NOW)
    assert early.suggestion == f"jane@{TRAPS[domain]}"
    assert verdict(domain, MailOutcome.MX).suggestion == early.suggestion
    assert early.evidence.normalised == f"jane@{domain}"


def test_a_relay_is_nobody_s_typing_error() -> None:
    """However near its name is to a provider's, and even where DNS has no mail host for it at the moment."""
    syntax, lists = parse_email("jane@mozmail.com"), ListHits(privacy_relay=True)
    assert judge(syntax, lists=lists, dns=mail("mozmail.com", MailOutcome.NODATA), now=NOW).suggestion is None


def test_an_allowed_domain_is_no_trap() -> None:
    """The operator knows better: no doubt, and nothing is suggested while the domain takes mail."""
    syntax, allowed = parse_email("jane@gmial.com"), ListHits(allowed=True)
    found = judge(syntax, lists=allowed, dns=mail("gmial.com"), now=NOW)
    assert (found.verdict.value, found.suggestion) == ("deliverable", None)
    dead = judge(syntax, lists=allowed, dns=mail("gmial.com", MailOutcome.NXDOMAIN), now=NOW)
    assert dead.suggestion == "jane@gmail.com"


@pytest.mark.parametrize("domain", KNOWN)
def test_a_provider_gets_none(domain: str) -> None:
    """Nobody is corrected away from a provider, even while its DNS fails."""
    assert suggest_domain(domain) is None
    assert verdict(domain, MailOutcome.NXDOMAIN).suggestion is None


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("English", "info sales support billing careers no-reply human.resources shipping"),
        (
            "German",
            "buchhaltung vertrieb bewerbung datenschutz geschaeftsfuehrung gesch\u00e4ftsf\u00fchrung b\u00fcro",
        ),
        ("French", "comptabilite comptabilit\u00e9 accueil recrutement devis rh service-client r\u00e9clamations"),
        ("Spanish", "ventas administracion administraci\u00f3n rrhh facturaci\u00f3n recursos.humanos pedidos"),
        ("Italian", "amministrazione contabilita contabilit\u00e0 ufficio.tecnico segreteria preventivi vendite"),
        ("Dutch", "administratie klantenservice boekhouding financien financi\u00ebn verkoop receptie"),
        ("Portuguese", "financeiro orcamento or\u00e7amento atendimento recep\u00e7\u00e3o contabilidade sac"),
        (
            "Polish",
            "ksiegowosc ksi\u0119gowo\u015b\u0107 sprzedaz sprzeda\u017c biuro zarz\u0105d us\u0142ugi zg\u0142oszenia",
        ),
    ],
)
def test_functions_in_eight_languages_are_roles(language: str, names: str) -> None:
    """Written with accents, without them, or written out."""
    assert [name for name in names.split() if not is_role(name)] == [], language


@pytest.mark.parametrize("local", PERSONS.split())
def test_initials_and_short_names_make_no_role(local: str) -> None:
    """A person's initial or first name glued to the rest reads as a function only by chance."""
    assert not is_role(local)


@pytest.mark.parametrize("local", FUNCTIONS.split())
def test_functions_of_several_words_are_roles(local: str) -> None:
    """Parted by a hyphen or an underscore, by a dot where they are known, or beside a country, language or number."""
    assert is_role(local)


@pytest.mark.parametrize("local", OFFICES.split())
def test_offices_are_roles(local: str) -> None:
    """Whoever holds it, the address names the office."""
    assert is_role(local)


def test_no_given_name_is_a_role() -> None:
    """Nobody is taken for a function by name, alone or before a family name."""
    assert [name for name in sorted(GIVEN) if is_role(name)] == []
    assert [name for name in sorted(GIVEN) if len(name) > 1 and is_role(f"{name}.sales")] == []
    assert not is_role("jan.nowak")
    assert not is_role("j\u00f6rg")
