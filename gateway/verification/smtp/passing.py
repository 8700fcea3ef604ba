"""How mail servers say that it is only for now: greylisting, a rate, a recipient who was not looked up yet."""

from typing import Final

from gateway.verification.smtp.meaning import ReplyMeaning
from gateway.verification.smtp.phrases import NO_SENTENCE, Phrase, phrase

_GREY: Final = ReplyMeaning.GREYLISTED
_RATE: Final = ReplyMeaning.THROTTLED

# Postgrey, milter-greylist, SQLgrey, rspamd ("Greylisting in action"), policyd ("Greylisted"); RFC 6647.
GREYLISTING: Final[tuple[Phrase, ...]] = (
    phrase(
        "grey.word",
        _GREY,
        """
        greylist | graylist | grey list | gray list | grey-list | gray-list | grey.rbl | postgrey | sqlgrey |
        greytrap | liste grise | graue liste | lista gris | grijze lijst | szara lista |
        not yet authorized to deliver
        """,
    ),
    phrase(
        "grey.wait",
        _GREY,
        pattern=rf"(?:again|retry|come back|wait|later){NO_SENTENCE}{{0,30}}"
        r"\b\d{1,5} ?(?:s|secs?|seconds?|mins?|minutes?)\b",
    ),
)

# https://postmaster.yahooinc.com/error-codes (TSS04), Comcast and Orange ("Too many connections, slow down"),
# Postfix anvil(8), QQ.
THROTTLING: Final[tuple[Phrase, ...]] = (
    phrase(
        "rate.english",
        _RATE,
        """
        too many connections | too many concurrent | too many simultaneous | too many session |
        too many messages from | too many messages in | too many messages per | too many messages sent |
        too many messages, | too many mails | too many emails | too many e-mails | too many recent |
        too many recipients | too many rcpt | too many errors | too many invalid | too many bad |
        too many unknown | too many failed | too many attempts | too much mail | too fast | too quickly |
        too frequent | slow down | try again slower | rate limit | ratelimit | rate-limit | rate limited |
        unusual rate | unexpected volume | excessive volume |
        excessive rate | high volume | frequency limited | connection frequency | message rate |
        connection rate | max message per | maximum number of | number of messages | number of concurrent |
        concurrency limit | connection limit | message limit | hourly limit | daily limit | per hour |
        this hour | sending limit | sending quota | queue quota | throttl | mail flood |
        exceeded the limit for | sending rate
        """,
    ),
    phrase(
        "rate.languages",
        _RATE,
        """
        zu viele verbindungen | zu viele nachrichten | zu viele empf | trop de connexions | trop de messages |
        demasiadas conexiones | demasiados mensajes | troppe connessioni | troppi messaggi |
        te veel verbindingen | muitas conexoes | muitas mensagens | zbyt wiele polaczen |
        zbyt wiele wiadomosci
        """,
    ),
)

# What one mailbox gets, from anybody: Gmail (https://support.google.com/mail/?p=ReceivingRate), Exchange Online.
RECEIVING: Final = phrase(
    "later.receiving",
    ReplyMeaning.TEMPORARY,
    """
    rate that prevents | receivingrate | receiving mail too | recipient is receiving | user is receiving |
    mailbox is receiving | recipient has received too | recipient has exceeded their limit |
    message receive limit | receiving limit
    """,
    pattern=rf"(?:user|recipient|mailbox|account){NO_SENTENCE}{{0,40}}\breceiving (?:mail|messages|too)",
)

# Postfix's address verification has not ended (postconf(5), unverified_recipient_reject_code).
UNVERIFIED: Final = phrase(
    "later.unverified",
    ReplyMeaning.TEMPORARY,
    """
                        unverified address | verification in progress
                        """,
)

TOO_BIG: Final = phrase(
    "unclear.size",
    ReplyMeaning.UNCLEAR,
    """
                     message size | too large | too big | message length | maximum size
                     """,
)
"""A 552 about the message, not about the mailbox (RFC 1870)."""
