"""The table behind the company codes: stage, subject, effect, lifetime, meaning and advice of each."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gateway.verification.company.codes import CompanyCode, CompanyMeaning, CompanyStage, CompanySubject
from gateway.verification.reasons import Effect, Polarity
from gateway.verification.weights import DAY, HOUR, MONTH, RETRY

_C = CompanyCode
_S = CompanyStage
_ABOUT = CompanySubject
_OTHER_DOMAIN: Final = "Take the company's own domain from elsewhere, or leave the lead without one."


def _against(
    stage: CompanyStage, meaning: str, action: str = _OTHER_DOMAIN, *, about: CompanySubject = _ABOUT.DOMAIN
) -> CompanyMeaning:
    """Keeps a domain from being taken for the company's; says nothing about the company."""
    return CompanyMeaning(
        stage=stage,
        subject=about,
        polarity=Polarity.NEGATIVE,
        effect=Effect.NONE,
        ttl=DAY if stage is _S.DNS else MONTH,
        retry_after=None,
        meaning=meaning,
        action=action,
    )


def _note(
    stage: CompanyStage, about: CompanySubject, meaning: str, action: str, *, polarity: Polarity = Polarity.NEUTRAL
) -> CompanyMeaning:
    return CompanyMeaning(
        stage=stage,
        subject=about,
        polarity=polarity,
        effect=Effect.NONE,
        ttl=MONTH,
        retry_after=None,
        meaning=meaning,
        action=action,
    )


def _good(stage: CompanyStage, about: CompanySubject, meaning: str, action: str = "Nothing.") -> CompanyMeaning:
    return _note(stage, about, meaning, action, polarity=Polarity.POSITIVE)


def _doubt(meaning: str, action: str) -> CompanyMeaning:
    """Speaks against what was said of the company, without proving anything."""
    return CompanyMeaning(
        stage=_S.VAT,
        subject=_ABOUT.VAT_ID,
        polarity=Polarity.NEGATIVE,
        effect=Effect.DOUBT,
        ttl=MONTH,
        retry_after=None,
        meaning=meaning,
        action=action,
    )


READING: Final = {
    _C.SITE_UNREADABLE: _against(
        _S.READING,
        "The company's domain or website is no web address: a bad host name, scheme or port, or over 2,048 characters.",
        "Ask for the web address again; look at the field map, another field may have landed here.",
    ),
    _C.SITE_CREDENTIALS: _against(
        _S.READING,
        "There is an @ before the host: an e-mail address, or a user name and password, stands in the field.",
        "Clean the field at its source; a password in it is known to others now.",
    ),
    _C.SITE_IP_ADDRESS: _against(
        _S.READING, "The website names an IP address instead of a host, and that belongs to whoever rents it."
    ),
    _C.SITE_SPECIAL_USE: _against(
        _S.READING,
        "The name is reserved for local or technical use (RFC 6761, RFC 6762, RFC 7686) and is nobody's.",
    ),
    _C.SITE_PUBLIC_SUFFIX: _against(
        _S.READING, "The name is one under which everybody may register, like `co.uk`, and nobody's own."
    ),
}
LISTS: Final = {
    _C.SOCIAL_PROFILE: _against(
        _S.LISTS, "The address is a page on a social network or portal: the domain is the network's."
    ),
    _C.MARKETPLACE_PAGE: _against(
        _S.LISTS, "The address is a shop or listing on a marketplace: the domain is the marketplace's."
    ),
    _C.HOSTED_PAGE: _against(
        _S.LISTS, "The address lies under a site builder or host where anybody can put up pages: the domain is theirs."
    ),
    _C.FREE_PROVIDER_DOMAIN: _against(_S.LISTS, "The domain is a public mailbox provider, never a customer's company."),
    _C.DISPOSABLE_DOMAIN: _against(_S.LISTS, "The domain belongs to a throw-away mail service."),
    _C.PRIVACY_RELAY_DOMAIN: _against(
        _S.LISTS,
        "The domain relays to a mailbox that its owner keeps private.",
        "Do not look for the company behind it; what the lead says itself is all there is.",
    ),
    _C.TYPO_TRAP_DOMAIN: _against(_S.LISTS, "The mail domain is a known misspelling of a mailbox provider."),
    _C.LOOKALIKE_DOMAIN: _against(
        _S.LISTS,
        "The domain mixes alphabets, or imitates a known provider or a Latin name with letters of another one.",
    ),
    _C.MAIL_DOMAIN_UNCHECKED: _against(
        _S.LISTS,
        "No list was asked about the mail domain, so that it may be anybody's provider.",
        "Verify e-mail at level `lists` or further (VERIFICATION_LEVEL).",
        about=_ABOUT.MAILBOX,
    ),
}
DNS: Final = {
    _C.DOMAIN_NOT_FOUND: _against(_S.DNS, "The domain does not exist."),
    _C.PARKED_MAIL: _against(_S.DNS, "The domain's mail goes to a service that parks unused domains."),
    _C.PARKED_NAME_SERVERS: _against(_S.DNS, "The domain is served by name servers that serve parked domains alone."),
    _C.NAME_SERVERS_UNKNOWN: CompanyMeaning(
        stage=_S.DNS,
        subject=_ABOUT.US,
        polarity=Polarity.NEUTRAL,
        effect=Effect.OPEN,
        ttl=HOUR,
        retry_after=RETRY,
        meaning="DNS did not answer about the domain, so that it may be parked; it is not taken meanwhile.",
        action="Verify the lead again later; if it is every domain, look at DNS_SERVERS.",
    ),
}
COMPARISON: Final = {
    _C.DOMAIN_GIVEN: _good(_S.COMPARISON, _ABOUT.DOMAIN, "The company's domain is the one that the lead names."),
    _C.DOMAIN_OF_WEBSITE: _good(_S.COMPARISON, _ABOUT.DOMAIN, "The company's domain is that of its website."),
    _C.DOMAIN_OF_MAILBOX: _good(
        _S.COMPARISON,
        _ABOUT.MAILBOX,
        "The company's domain is that of the e-mail address; nobody else names one.",
    ),
    _C.DOMAIN_MISSING: _note(
        _S.COMPARISON,
        _ABOUT.DOMAIN,
        "Nothing says which domain is the company's; enrichment looks no company up by domain.",
        "Ask for the company's website, where enrichment is wanted.",
    ),
    _C.ROLE_MAILBOX: _note(
        _S.COMPARISON,
        _ABOUT.MAILBOX,
        "The mailbox belongs to a role like info or sales: it stands for the company more than for a person.",
        "Nothing.",
    ),
    _C.MAIL_DOMAIN_AGREES: _good(
        _S.COMPARISON, _ABOUT.MAILBOX, "The e-mail address lies under the same registered domain as the company's."
    ),
    _C.MAIL_DOMAIN_DIFFERS: _note(
        _S.COMPARISON,
        _ABOUT.MAILBOX,
        "The e-mail address lies under another domain than the company's: a subsidiary, another top-level domain, or "
        "somebody else.",
        "Nothing by itself, for companies have several domains; look closer where other signs speak against the lead.",
    ),
    _C.WEBSITE_DIFFERS: _note(
        _S.COMPARISON,
        _ABOUT.DOMAIN,
        "The website lies under another domain than the one that the lead names.",
        "Nothing by itself; the named domain counts.",
    ),
}
VAT: Final = {
    _C.VAT_VALID: _good(
        _S.VAT,
        _ABOUT.VAT_ID,
        "The VAT number has the form of its country, with right check digits where it has any; whether it is in use is "
        "not said.",
    ),
    _C.VAT_UNREADABLE: _doubt(
        "The value is no VAT number: over 64 characters, or with characters that no number has.",
        "Look at the form's field map: another field has probably landed here.",
    ),
    _C.VAT_FORMAT_INVALID: _doubt("No VAT number of this country has this form.", "Ask again."),
    _C.VAT_CHECK_DIGIT_WRONG: _doubt(
        "The form is right and the check digits are not: a digit was mistyped, or the number invented.", "Ask again."
    ),
    _C.VAT_PREFIX_MISSING: _note(
        _S.VAT,
        _ABOUT.VAT_ID,
        "The number names no country; it was read in the company's country where that is known, else not at all.",
        "Send the number with its prefix, like DE or EL, or the company's country.",
    ),
    _C.VAT_PREFIX_UNKNOWN: _note(
        _S.VAT,
        _ABOUT.VAT_ID,
        "The number begins with letters that are no country's prefix here, so it was not read.",
        "Nothing where the country has no VAT number of this kind; else ask again.",
    ),
    _C.VAT_SUFFIX_MISSING: _note(
        _S.VAT,
        _ABOUT.VAT_ID,
        "A Swiss number without MWST, TVA or IVA, or a Norwegian one without MVA, is the organisation's number: "
        "whether it pays VAT stands open.",
        "Ask whether the company is registered for VAT, where that matters.",
    ),
    _C.VAT_COUNTRY_DIFFERS: _note(
        _S.VAT,
        _ABOUT.VAT_ID,
        "The number belongs to another country than the company's.",
        "Nothing by itself: companies register for VAT abroad; ask which company is meant where it matters.",
    ),
}
COMPANY_MEANINGS: Final[Mapping[CompanyCode, CompanyMeaning]] = MappingProxyType(
    READING | LISTS | DNS | COMPARISON | VAT
)
"""What each code means; every code is here, a test holds it."""
