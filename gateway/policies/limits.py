"""What the reasons for limiting a channel mean, in plain words: codes of verdicts, types of number, a few more."""

from typing import Final

from consent.terms import Channel
from gateway.verification.meanings import MEANINGS
from gateway.verification.reasons import ReasonCode

_WORDS: Final = {
    "no_email": "The lead has no e-mail address.",
    "no_phone": "The lead has no telephone number.",
    "email_review": "Whether the e-mail address works is not known; a person let the lead go on all the same.",
    "email_unknown": "Whether the e-mail address works is not known; a person let the lead go on all the same.",
}
_CHANNELS: Final = {
    Channel.EMAIL: "E-mail",
    Channel.CALL: "A call",
    Channel.SMS: "A text message",
    Channel.POST: "A letter",
}


def meaning_of(why: str) -> str:
    """Say what limits a channel, as one sentence.

    Args:
        why: a cap's reason: a reason code, `no_email`, `no_phone`, a type of number, or the hold that a person ended.
    """
    if why in _WORDS:
        return _WORDS[why]
    if why in ReasonCode.__members__.values():
        return MEANINGS[ReasonCode(why)].meaning
    return f"The number is of the type {why.replace('_', ' ')}."


def advice_on(why: str) -> str | None:
    """Say what to do about a limit; None where there is nothing but to have a person look at it."""
    return MEANINGS[ReasonCode(why)].action if why in ReasonCode.__members__.values() else None


def named(channel: Channel) -> str:
    """A channel of contact, as a sentence begins."""
    return _CHANNELS[channel]
