"""What the reasons of the syntax and list stages of an e-mail check mean."""

from typing import Final

from gateway.verification.reasons import Level, ReasonCode, Subject
from gateway.verification.weights import MONTH, doubt, good, note, proof

_R = ReasonCode

SYNTAX: Final = {
    _R.ADDRESS_EMPTY: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "There is no address: the value is empty or only white space.",
        "Ask for an address, or release the lead by another channel.",
        ttl=MONTH,
    ),
    _R.ADDRESS_TOO_LONG: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The value is longer than any address may be (RFC 5321 section 4.5.3.1: 254 characters).",
        "Look at the form's field map: another field has probably landed here.",
        ttl=MONTH,
    ),
    _R.AT_SIGN_MISSING: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "There is no @ in the value, or nothing before or after it.",
        "Ask again; on lists, check that the right column is mapped.",
        ttl=MONTH,
    ),
    _R.AT_SIGN_LOOKALIKE: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "A character that only looks like @ stands in its place (full-width or small at-sign).",
        "Ask the person to type the @ again, or replace it at the source.",
        ttl=MONTH,
    ),
    _R.UNSAFE_CHARACTERS: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The value holds spaces, control characters or invisible characters inside the address.",
        "Clean the value at its source: this is mostly copy and paste from a web page or a document.",
        ttl=MONTH,
    ),
    _R.LOCAL_PART_INVALID: proof(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The part before the @ breaks the rules of RFC 5321 and RFC 5322 (two dots in a row, or over 64 octets).",
        "Ask again.",
        ttl=MONTH,
    ),
    _R.DOMAIN_INVALID: proof(
        Level.SYNTAX,
        Subject.DOMAIN,
        "The part after the @ is not a domain name (no dot, a bad character, a bad IDN label).",
        "Ask again, or accept the suggestion where there is one.",
        ttl=MONTH,
    ),
    _R.DOMAIN_SPECIAL_USE: proof(
        Level.SYNTAX,
        Subject.DOMAIN,
        "The domain is reserved for local or technical use and never receives Internet mail (RFC 6761).",
        "Ask for a real address; in a test environment, allow the name in the wiring.",
        ttl=MONTH,
    ),
    _R.SYNTAX_OK: good(
        Level.SYNTAX, Subject.ADDRESS, "The address follows RFC 5321, 5322, 6531 and IDNA 2008.", points=5
    ),
    _R.DISPLAY_NAME: doubt(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The value is a name with an address in angle brackets; the address inside was judged.",
        "Take the address from the suggestion once the source has confirmed it, or set `usual_forms: [display_name]`.",
        points=20,
    ),
    _R.QUOTED_LOCAL_PART: doubt(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The part before the @ is a quoted string: allowed by RFC 5321, hardly ever in real use.",
        "Check with the person before mailing.",
        points=10,
    ),
    _R.DOMAIN_LITERAL: doubt(
        Level.SYNTAX,
        Subject.DOMAIN,
        "The address names an IP address instead of a domain, so that there is no domain to check.",
        "Ask for an address at a domain.",
        points=20,
    ),
    _R.NEEDS_SMTPUTF8: note(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The part before the @ is not ASCII, so every mail server on the way must speak SMTPUTF8 (RFC 6531).",
        "Make sure that the sending platform supports SMTPUTF8.",
    ),
    _R.TAGGED_ADDRESS: note(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The address carries a +tag; where the provider folds tags, the canonical form leaves it out.",
        "Mail the address as given; use the canonical form only to recognise the person.",
    ),
    _R.GIBBERISH_LOCAL_PART: note(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The part before the @ reads like keys hit at random, not like a name or a word.",
        "Look at the whole lead: with other signs of spam it is one more; set `risky_when: [gibberish]` to hold mail.",
    ),
    _R.LOCAL_PART_STRAY_SIGN: doubt(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The part before the @ begins or ends with a sign that hardly any address has: it may be there by mistake.",
        "Ask the person, or try the suggested address once they have confirmed it.",
        points=25,
    ),
    _R.LOCAL_PART_LOOKALIKE: doubt(
        Level.SYNTAX,
        Subject.ADDRESS,
        "The part before the @ mixes alphabets, or has full-width letters: a letter is another one than it looks.",
        "Do not mail it before the person has confirmed the address by another channel.",
        points=30,
    ),
    _R.DOMAIN_LOOKALIKE: doubt(
        Level.SYNTAX,
        Subject.DOMAIN,
        "The domain mixes alphabets, or imitates a known provider or a Latin name with letters of another one.",
        "Do not mail it before the person has confirmed the address by another channel.",
        points=30,
    ),
}

LISTS: Final = {
    _R.LISTS_CLEAR: good(Level.LISTS, Subject.LIST, "No list speaks against the domain or the name.", points=5),
    _R.ALLOW_LISTED_DOMAIN: note(
        Level.LISTS,
        Subject.LIST,
        "The operator's own allow-list names the domain: what is said of its name does not count against it.",
        "Nothing; review the allow-list from time to time.",
    ),
    _R.DENY_LISTED_DOMAIN: doubt(
        Level.LISTS,
        Subject.LIST,
        "The operator's own deny-list names the domain.",
        "Hold e-mail to it; take the domain off the list in the verification policy if it stands there by mistake.",
        points=45,
    ),
    _R.DISPOSABLE_DOMAIN: doubt(
        Level.LISTS,
        Subject.LIST,
        "A list of throw-away mail services names the domain; the evidence says which list.",
        "Hold e-mail to it; if the domain is a real provider, put it on the allow-list.",
        points=30,
    ),
    _R.PRIVACY_RELAY_DOMAIN: note(
        Level.LISTS,
        Subject.LIST,
        "The domain relays to a real mailbox that its owner keeps private; it is not disposable.",
        "Treat it as a personal address; do not try to find the mailbox behind it.",
    ),
    _R.FREE_PROVIDER: note(
        Level.LISTS,
        Subject.LIST,
        "The domain is a public mailbox provider.",
        "Do not take the domain for the person's company.",
    ),
    _R.ROLE_ADDRESS: note(
        Level.LISTS,
        Subject.ADDRESS,
        "The address names a function (info, sales, support), not a person.",
        "Do not identify a person by it; set `risky_when: [role]` in the policy if such leads should wait.",
    ),
    _R.TYPO_TRAP_DOMAIN: doubt(
        Level.LISTS,
        Subject.LIST,
        "The domain is a well-known misspelling of a mail provider; some of these accept and read mail.",
        "Show the suggestion to the person; never correct it silently.",
        points=20,
    ),
}
