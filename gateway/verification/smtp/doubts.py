"""Words that take "there is no such mailbox" back: it was said of us, of their own systems, or only for now."""

import re
from typing import Final

from gateway.verification.smtp.mailboxes import PLAIN
from gateway.verification.smtp.meaning import ReplyMeaning
from gateway.verification.smtp.phrases import NO_SENTENCE, Phrase, phrase

_US: Final = ReplyMeaning.REFUSED_US
_LATER: Final = ReplyMeaning.TEMPORARY
_UNCLEAR: Final = ReplyMeaning.UNCLEAR

_FAILED: Final = (
    r"(?:errors?|fail(?:ed|s|ure|ures)?|unavailable|not available|unreachable|down|offline|busy|problems?"
    r"|time-?outs?|timed out|deferred|not responding)\b"
)
_STORES: Final = r"\b(?:ldap|active directory|database|db|sql|mysql|pgsql|redis|backend|back-end|resolver|storage)\b"
_HOPS: Final = r"(?:server|host|gateway|route|router|transport|next hop|node|exchanger|mta)"
_SYSTEMS: Final = r"\b(?:lookup|look-up|directory|server|service|system)\b"

# Who is missing is the sender: Exim's sender callout, milter-ahead and other verifiers of MAIL FROM.
_OF_THE_SENDER: Final = phrase(
    "doubt.sender",
    _US,
    """
    originat | return address | return-address | reply address | reply-to | bounce address |
    address in mail | reverse path | reverse-path | mail from
    """,
    pattern=r"(?<!inform the )(?<!notify the )(?<!tell the )\bsenders?\b|\bfrom[:=]|\bsent from\b"
    r"|(?<!check )(?<!verify )(?<!correct )\byour (?:own |e-?mail )?(?:address|account|user ?name|mailbox)\b(?! book)"
    r"|(?:could ?n[o']t|cannot|can't|unable to|fail(?:ed|ure) to|when|while) "
    r"(?:verify|validat|check|confirm)\w{0,3} you",
)

# Who is missing is the client: its name at HELO (RFC 5321, 4.1.4), its DNS, its network.
_OF_THE_CLIENT: Final = phrase(
    "doubt.client",
    _US,
    """
    host name | hostname | user agent | user-agent | harvest | connection from | connections from | sending host |
    sending server | no such host | reverse lookup | reverse record | reverse entry | forward record
    """,
    pattern=r"\b(?:helo|ehlo|client|peer|attacks?|dha|tor|vpn|proxy)\b"
    r"|\b(?:that|this|your|from|source|by) ips?\b|\bip (?:is|was|has|may|not|listed|denied|refused|rejected|blocked)\b"
    r"|\bip:? ?[\[(]?[\d.:a-f]{3,45}[\])]?,? (?:(?:is|was|has been) )?(?:denied|blocked|refused|rejected|listed)\b"
    r"|或ip|ip被"
    r"|\b(?:a|aaaa|mx|ptr|dns|txt|spf|reverse|address) records?\b"
    r"|\byour (?:range|host|server|domain|systems?|network|provider|subnet|side|mx|name|machine|end|organi[sz]ation)\b",
)

# What is wrong is the message, and the word beside it is about a part of it.
_OF_THE_MESSAGE: Final = phrase(
    "doubt.message",
    _US,
    "header | message-id | mail command | envelope | scanner | quarantine | recipient count",
    pattern=r"\bmime\b",
)

# RFC 4954: who is unknown is the user who should log in.
_OF_THE_LOGIN: Final = phrase(
    "doubt.login",
    _US,
    """
    password | credential | authenticat | logged in | login | log in | logon | log on | sign in | you are not |
    you're not | you need to | who are you | identify | find you | certificate | submission
    """,
    pattern=r"\bauth\b|\b(?:starttls|sasl)\b"
    r"|\byou must\b(?! (?:check|double-?check|verify|correct|fix|contact|ask) "
    r"(?:(?:the|this|that|of|recipient|recipient's|e-?mail|spelling) ){0,5}(?:address|spelling|recipient|name)\b)",
)

# What is missing is an entry in a list of friends, or the reply gives two reasons, one of them us.
_OF_STRANGERS: Final = phrase(
    "doubt.stranger",
    _US,
    """
    known contact | contact list | contacts list | trusted | allowed senders |
    allowlist | allow list | allow-list | whitelist | white list | white-list | opted | opt-in | opt in |
    not wanted | unwanted | welcome | we refuse | refuse all | only accept | only take | accepts only | takes only |
    mail systems | email systems | e-mail systems | for you | outside | internal use | internal only | you have no |
    you have been
    """,
    pattern=r"\bour (?:list|contacts|address book)\b",
)

# Exim's callout says one sentence of senders and of recipients.
_OF_A_CALLBACK: Final = phrase("doubt.callback", _UNCLEAR, "callback | call-back | call back | callout | call-out")

# Their look-up did not end: Postfix table lookups (proxymap, ldap_table(5)), Sendmail maps, Exim's `defer`.
_FOR_NOW: Final = phrase(
    "doubt.later",
    _LATER,
    """
    tempor | try later | try again later | again later | retry | come back | vorubergehend | voruebergehend |
    tijdelijk | chwilowo | tymczasow | currently unavailable | currently not available | currently unreachable |
    at this time | at the moment | at this moment | for now | right now | greylist | graylist |
    incomplete | can't contact | cannot contact |
    not be reached | can't reach | cannot reach | maintenance | resend |
    please wait
    """,
    pattern=rf"{_STORES}{NO_SENTENCE}{{0,30}}\b{_FAILED}|{_SYSTEMS} (?:(?:is|was|has|has been) )?{_FAILED}"
    rf"|\b(?:error|failure|problem) (?:in|with|of|on|at|during|while) {NO_SENTENCE}{{0,30}}(?:{_STORES}|{_SYSTEMS})"
    r"|\b(?:verification|verify|verifying|validation|check)\b[^.;|]{0,20}\b(?:unavailable|not available|time-?out"
    r"|timed out|incomplete|deferred|not (?:finished|complete)|in progress)",
)

# Their own mail cannot go on, as Postfix writes it after "undeliverable address:"; the address was never asked.
_ON_THE_WAY: Final = phrase(
    "doubt.route",
    _UNCLEAR,
    """
    loops back | mail loop | routing loop | loop detected | too many hops | hop count | routing error |
    routing failure | routing problem | no route | can't route | cannot route | unable to route | name service |
    name server | nameserver | connection timed out | timed out | lost connection | unreachable |
    transport unavailable | network error | host found but | look up host | name or service not known | misconfigur |
    no data record |
    domain name not found | host not found | host is not found | could not resolve | cannot resolve |
    unable to resolve | resolution failed | dns lookup | dns query | dns failure | dns error | servfail | nxdomain |
    internal error
    """,
    pattern=r"\bloop(?:s|ing)?\b|\bdns\b"
    rf"|(?<!this )(?<!our )\b{_HOPS}\b(?: (?:for|of|to) {NO_SENTENCE}{{1,30}})? "
    r"(?:(?:was |is |could )?(?:not (?:be )?found|unknown|missing)|does ?n[o']t exist)",
)

FORM: Final = phrase(
    "doubt.form",
    _UNCLEAR,
    """
    syntax | malformed | bad | invalid | illegal | format | not valid | not a valid | not an active | ungultig |
    nieprawidlow
    """,
)
"""With 501 or 5.1.3, words that may be about how the address is written and not about whose it is."""

WEAK: Final[tuple[Phrase, ...]] = (
    phrase(
        "doubt.unverified",
        _UNCLEAR,
        """
        unable to verify | cannot verify | can't verify | could not verify | could not be verified |
        not accepted for this domain
        """,
    ),
    phrase("doubt.limit", _LATER, "limit exceeded | limit reached | over limit | too many"),
)
"""Words that doubt only where nothing says outright that nobody is there."""

WEAKEST: Final[tuple[Phrase, ...]] = (
    phrase("doubt.time", _LATER, pattern=r"\btime-?outs?\b|\btimed out\b|\btime out\b"),
    phrase(
        "doubt.permission",
        _UNCLEAR,
        "拒绝 | 域名",
        pattern=r"\b(?:not|n't) (?:allowed|permitted)\b|\brefused\b(?!\.?\s*$)|(?<!^recipient )\brefused\.?\s*$"
        r"|\brelay(?:ing)?\b(?!=)|\btls\b|\bips?\b(?! ?[=:])|\bexternal\b",
    ),
)
"""Words that doubt only where nothing says it plainly, in any language."""

_OF_THEIR_OWN: Final = phrase(
    "doubt.theirs",
    _UNCLEAR,
    "mailbox space | no mailbox server",
    pattern=rf"\b(?:not (?!exist|found|known|in\b)|or |only ){NO_SENTENCE}{{0,40}}\bexternal\b(?! director)"
    rf"|\bexternal\b{NO_SENTENCE}{{0,40}}\b(?:not (?!exist|found|known|in\b)|(?:refused|rejected|denied|disabled)\b)",
)
"""What is missing is no mailbox."""

_OF_THE_FORM: Final = phrase("doubt.syntax", _UNCLEAR, "syntax | malformed")

DOUBTS: Final[tuple[Phrase, ...]] = (
    _OF_THE_SENDER,
    _OF_THE_LOGIN,
    _FOR_NOW,
    _ON_THE_WAY,
    _OF_THE_CLIENT,
    _OF_THE_MESSAGE,
    _OF_STRANGERS,
    _OF_A_CALLBACK,
    _OF_THE_FORM,
    _OF_THEIR_OWN,
)
"""Looked for only where a reply would otherwise be proof; a doubt too many costs one answer, one too few a lead."""

_RECORD: Final = re.compile(
    r"; ?from=<[^<>]{0,320}> to=<[^<>]{0,320}> proto=\w{1,10} helo=<[^<>]{0,255}>(?: sasl_\w{1,10}=\S{1,320}){0,3}\s*$"
)
_ENDS: Final = re.compile(r"[.;](?=\s)")
_TO_THE_SENDER: Final = re.compile(
    r"\b(?:notify|inform|tell|contact|advise|ask|(?:returned|bounced|sent)(?: back)? to) "
    r"(?:(?:the|your|this|its|original) ){0,2}senders?\b(?!')"
    r"|\bsenders? (?:(?:was|will be|should be|must be|may be) )(?:notified|informed|told|advised)\b"
    r"|\bsender'?s message\b"
)


def without_record(folded: str) -> str:
    """Leave out what Postfix's log adds to each reply: who came from where (smtpd(8)); it is a record, no reason."""
    return _RECORD.sub("", folded)


def without_asides(folded: str) -> str:
    """Leave out what is told to senders, or of their message, after the sentence that names the mailbox.

    As in "User unknown. Please notify the sender"; in "User unknown. Sender: x" it may be the sender who is missing.
    """
    said = PLAIN.search(folded)
    end = _ENDS.search(folded, said.end()) if said else None
    if end is None:
        return folded
    return folded[: end.end()] + _TO_THE_SENDER.sub("", folded[end.end() :])
