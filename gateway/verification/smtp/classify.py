"""What a mail server's reply means: "they refused us" above all, then its codes and words."""

import re
from typing import Final

from gateway.verification.smtp import doubts, mailboxes, passing, refusals
from gateway.verification.smtp.folding import fold, without_addresses, without_names
from gateway.verification.smtp.meaning import NOBODY, Classified, Ourselves, ReplyMeaning, ShownBy
from gateway.verification.smtp.phrases import Phrase, first
from gateway.verification.smtp.reply import Reply, Stage, relayed

_ENHANCED: Final[dict[str, ReplyMeaning]] = {
    "1.1": ReplyMeaning.NO_SUCH_MAILBOX,
    "1.2": ReplyMeaning.DOMAIN_NOT_SERVED,
    "1.6": ReplyMeaning.NO_SUCH_MAILBOX,
    "1.7": ReplyMeaning.REFUSED_US,
    "1.8": ReplyMeaning.REFUSED_US,
    "1.9": ReplyMeaning.REFUSED_US,
    "1.10": ReplyMeaning.DOMAIN_NOT_SERVED,
    "2.1": ReplyMeaning.MAILBOX_DISABLED,
    "2.2": ReplyMeaning.MAILBOX_FULL,
    "2.121": ReplyMeaning.TEMPORARY,
    "2.122": ReplyMeaning.TEMPORARY,
    "5.3": ReplyMeaning.THROTTLED,
    "7.13": ReplyMeaning.MAILBOX_DISABLED,
}
"""By subject and detail (RFC 3463, the IANA registry; x.2.121 and x.2.122 are Microsoft's, of one recipient's hour)."""

_SUBJECTS: Final = {"6": ReplyMeaning.REFUSED_US, "7": ReplyMeaning.REFUSED_US}
"""By subject alone: what is wrong is the message, or the permission (RFC 3463, 3.7 and 3.8)."""

_BASIC: Final[dict[int, ReplyMeaning]] = {
    250: ReplyMeaning.ACCEPTED,
    251: ReplyMeaning.ACCEPTED,
    521: ReplyMeaning.DOMAIN_NOT_SERVED,
    530: ReplyMeaning.REFUSED_US,
    535: ReplyMeaning.REFUSED_US,
    538: ReplyMeaning.REFUSED_US,
    552: ReplyMeaning.MAILBOX_FULL,
    556: ReplyMeaning.DOMAIN_NOT_SERVED,
}
"""Basic codes that say enough (RFC 5321, 4954, 7504). A bare 550, 551, 553 or 554 says no, and not why."""

_OF_COMMANDS: Final = frozenset({500, 502, 503, 504, 530, 534, 535, 538})
"""Codes about what we sent, not about who it is for (RFC 5321, 4.2.2; RFC 4954, 6)."""
_SYNTAX: Final = 501
_RECEIVING: Final = ("2.121", "2.122")
"""Codes about how much one mailbox gets in an hour."""

_SAYS_LESS: Final = re.compile(r"\d\.(?:0\.\d+|1\.(?:[0-4]|10|351)|2\.[01]|[345]\.\d+|7\.(?:[01]|17))")
"""Codes that servers put before anything: words that name the mailbox outrank them, as in "550 5.7.1 No such user!".

x.7.17 is about the mailbox as well: its owner has changed (RFC 7293); qmail writes it beside "no mailbox here".
"""

_SAID: Final = re.compile(r"\b(?:said|was):", re.IGNORECASE)
_HARMLESS: Final = re.compile(r"relay=\[?[\w.:]{1,64}|response_codes\?ip=[\w.:]{1,64}")
"""Where AT&T and Facebook write the client's address into every reply."""

_HIDE_REFUSALS: Final = ("docomo.ne.jp", "ezweb.ne.jp")
"""Mail servers that answer the content of filtered mail with "user unknown"; at DATA their words prove nothing."""

_SENTENCE: Final = 200
"""Characters up to which words without a code are a reply; what is longer is a letter that names several reasons."""

_OF_THE_CLIENT: Final = (*passing.THROTTLING, *refusals.CLIENT)
_AT_RCPT: Final[tuple[Phrase, ...]] = (
    *refusals.ELSEWHERE,
    *mailboxes.OFF,
    *mailboxes.FULL,
    *refusals.POLICY,
)
"""In this order: a rate before the address it is about, a blocked mailbox before a blocked message."""

_OF_THE_MAILBOX: Final = frozenset({ReplyMeaning.NO_SUCH_MAILBOX, ReplyMeaning.MAILBOX_DISABLED})


def classify(reply: Reply, *, us: Ourselves = NOBODY) -> Classified:
    """Say what a reply to RCPT means, and what showed it. Anything is answered; nothing raises.

    The order: we are named; the stage, for before RCPT nothing is about a mailbox; words of refusal and other
    explicit words; the enhanced code; likely words; the basic code. A 4yz reply never proves that there is no mailbox,
    nor does a reply with words of doubt.

    Args:
        reply: what the server said.
        us: how the checker showed itself to it.
    """
    if reply.code is not None and reply.code < 400:  # noqa: PLR2004 - RFC 5321, 4.2.1
        return _said_yes(reply, reply.code)
    reply = _asked_on(reply)
    folded = doubts.without_record(fold(reply.text))
    if _names_us(folded, us):
        return Classified(meaning=ReplyMeaning.REFUSED_US, by=ShownBy.OURSELVES, phrase="ourselves")
    found = _by_words(reply, folded) or _by_codes(reply, folded)
    return _weighed(reply, folded, found)


def _said_yes(reply: Reply, code: int) -> Classified:
    if reply.stage is not None and reply.stage.before_rcpt:
        return Classified(meaning=ReplyMeaning.UNCLEAR, by=ShownBy.STAGE, phrase=str(reply.stage))
    return Classified(meaning=_BASIC.get(code, ReplyMeaning.UNCLEAR), by=ShownBy.BASIC_CODE, phrase=str(code))


def _asked_on(reply: Reply) -> Reply:
    """The reply that another server gave, where this one hands it on as what it knows of the recipient."""
    other = relayed(reply) if reply.permanent else None
    if other is None:
        return reply
    own = without_names(without_addresses(fold(_SAID.split(reply.text, maxsplit=1)[0])))
    refused = (refusals.LIST_NAMES, *refusals.LISTED, *refusals.SENDER, *_OF_THE_CLIENT, *refusals.POLICY)
    return reply if first(refused, own) else other


def _names_us(folded: str, us: Ourselves) -> bool:
    """Whether the text holds a name of ours: address, helo or sender."""
    names = us.names()
    text = _HARMLESS.sub("", folded) if names else ""
    return any(re.search(rf"(?<![\w.:@-]){re.escape(fold(name))}(?![\w-]|[.:]\w)", text) for name in names)


def _by_words(reply: Reply, folded: str) -> Classified | None:
    named = without_addresses(folded)
    worded = without_names(named)
    listed = refusals.LIST_NAMES if refusals.LIST_NAMES.said_in(named) else first(refusals.LISTED, worded)
    if refusal := _grey(reply, worded) or listed or first(refusals.SENDER, worded):
        return _said(refusal)
    if reply.stage is not None and reply.stage.before_rcpt:
        return _before_rcpt(reply, worded)
    if receiving := _receiving(reply, worded):
        return receiving
    other = first(_OF_THE_CLIENT, worded) or _edge(reply, worded) or first(_AT_RCPT, _told(reply, worded))
    other = other or _unknown(reply, named)
    return _said(other) if other else None


def _receiving(reply: Reply, worded: str) -> Classified | None:
    """A rate at which this one mailbox gets mail rests that mailbox alone, whoever sent how much."""
    if passing.RECEIVING.said_in(worded):
        return _said(passing.RECEIVING)
    if reply.enhanced is not None and reply.enhanced[2:] in _RECEIVING:
        return Classified(meaning=_ENHANCED[reply.enhanced[2:]], by=ShownBy.ENHANCED_CODE, phrase=reply.enhanced)
    return None


def _told(reply: Reply, worded: str) -> str:
    """Leave out what servers add once they have said that nobody is there, as in "User unknown; message rejected"."""
    said = mailboxes.PLAIN.search(worded) if _unknown(reply, worded) else None
    after = refusals.TRAILERS.search(worded, said.end()) if said else None
    return worded[: after.start()] + " " + worded[after.end() :] if after else worded


def _grey(reply: Reply, worded: str) -> Phrase | None:
    """A 5yz is no greylisting, whatever it says (RFC 6647, 5.2)."""
    return None if reply.permanent else first(passing.GREYLISTING, worded)


def _edge(reply: Reply, worded: str) -> Phrase | None:
    """Words that mean something else than they say, and so come before those that say it."""
    if reply.enhanced == "5.4.1" and mailboxes.EDGE.said_in(worded):
        return mailboxes.EDGE
    return passing.UNVERIFIED if reply.transient and passing.UNVERIFIED.said_in(worded) else None


def _unknown(reply: Reply, named: str) -> Phrase | None:
    """Find words that name the mailbox, where the code does not say something else and is not about a command."""
    if reply.code in _OF_COMMANDS or not _SAYS_LESS.fullmatch(reply.enhanced or "5.0.0"):
        return None
    if _of_form(reply) and doubts.FORM.said_in(named):
        return None
    return first(mailboxes.UNKNOWN, named)


def _of_form(reply: Reply) -> bool:
    """Whether the codes are about how the address is written (RFC 5321, 4.2.2; RFC 3463, 3.2)."""
    return reply.enhanced == "5.1.3" or (reply.code == _SYNTAX and reply.enhanced != "5.1.1")


def _before_rcpt(reply: Reply, worded: str) -> Classified:
    if phrase := first((*_OF_THE_CLIENT, *refusals.POLICY), worded):
        return _said(phrase)
    meaning = ReplyMeaning.REFUSED_US if reply.permanent else ReplyMeaning.TEMPORARY
    return Classified(meaning=meaning, by=ShownBy.STAGE, phrase=str(reply.stage))


def _by_codes(reply: Reply, folded: str) -> Classified:
    if reply.enhanced is not None:
        _, subject, detail = reply.enhanced.split(".")
        meaning = _ENHANCED.get(f"{subject}.{detail}") or _SUBJECTS.get(subject)
        if meaning is not None:
            return Classified(meaning=meaning, by=ShownBy.ENHANCED_CODE, phrase=reply.enhanced)
    if likely := _likely(reply, without_addresses(folded)):
        return _said(likely)
    if reply.code is None:
        return Classified(meaning=ReplyMeaning.UNCLEAR, by=ShownBy.BASIC_CODE, phrase="none")
    bare = reply.enhanced is None or reply.enhanced.endswith(".0.0")
    meaning = _BASIC.get(reply.code, ReplyMeaning.UNCLEAR) if bare else ReplyMeaning.UNCLEAR
    if reply.transient:
        meaning = ReplyMeaning.TEMPORARY
    return Classified(meaning=meaning, by=ShownBy.BASIC_CODE, phrase=str(reply.code))


def _likely(reply: Reply, named: str) -> Phrase | None:
    """Find words that count where no code says more; those about the syntax of an address (5.1.3) do not."""
    if passing.TOO_BIG.said_in(named):
        return passing.TOO_BIG
    if not reply.permanent or reply.code in _OF_COMMANDS or reply.code == _SYNTAX or _of_form(reply):
        return None
    if reply.enhanced == "5.1.0" and mailboxes.REJECTED.said_in(named):
        return mailboxes.REJECTED
    if mailboxes.UNAVAILABLE.said_in(named) and (
        _is_under(reply.host, mailboxes.UNAVAILABLE_AT) or mailboxes.SIGNED.search(named)
    ):
        return mailboxes.UNAVAILABLE
    return first(mailboxes.LIKELY_UNKNOWN, named)


def _weighed(reply: Reply, folded: str, found: Classified) -> Classified:
    """Take back what the reply's class or its server does not bear out."""
    if found.meaning not in _OF_THE_MAILBOX:
        return _weighed_refusal(reply, found)
    if reply.transient:
        return Classified(meaning=ReplyMeaning.TEMPORARY, by=found.by, phrase=found.phrase)
    if reply.code is None and not reply.host and len(reply.text) > _SENTENCE:
        return Classified(meaning=ReplyMeaning.UNCLEAR, by=ShownBy.BASIC_CODE, phrase="none")
    if reply.stage is Stage.DATA and _is_under(reply.host, _HIDE_REFUSALS):
        return Classified(meaning=ReplyMeaning.UNCLEAR, by=ShownBy.STAGE, phrase=str(reply.stage))
    return _doubted(folded, found)


def _doubted(folded: str, found: Classified) -> Classified:
    """Take proof back where the words are about the sender, the client, their systems or the hour."""
    if found.meaning is not ReplyMeaning.NO_SUCH_MAILBOX:
        return found
    worded = without_names(without_addresses(doubts.without_asides(folded)))
    weak = () if mailboxes.OUTRIGHT.search(worded) else doubts.WEAK
    weakest = () if mailboxes.PLAIN.search(worded) else doubts.WEAKEST
    doubt = first((*doubts.DOUBTS, *weak, *weakest), worded)
    return _said(doubt) if doubt else found


def _weighed_refusal(reply: Reply, found: Classified) -> Classified:
    """A 4.7.x without a word of refusal is only for now, as in "451 4.7.1 Service unavailable - try again later"."""
    if reply.transient and found.by is ShownBy.ENHANCED_CODE and found.meaning is ReplyMeaning.REFUSED_US:
        return Classified(meaning=ReplyMeaning.TEMPORARY, by=found.by, phrase=found.phrase)
    return found


def _said(phrase: Phrase) -> Classified:
    return Classified(meaning=phrase.meaning, by=ShownBy.PHRASE, phrase=phrase.id)


def _is_under(host: str, domains: tuple[str, ...]) -> bool:
    return f".{host}".endswith(tuple(f".{domain}" for domain in domains))
