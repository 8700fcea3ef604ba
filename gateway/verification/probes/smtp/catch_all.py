"""Whether a domain takes any address: from memory, or by one invented address."""

from dataclasses import dataclass
from typing import Final

from gateway.verification.answers import MailboxOutcome
from gateway.verification.mail_servers import IN_VAIN, CatchAll
from gateway.verification.probes.smtp import outcome
from gateway.verification.probes.smtp.means import Means
from gateway.verification.probes.smtp.outcome import Heard
from gateway.verification.probes.smtp.pace import Moment
from gateway.verification.probes.smtp.talk import Ended, Talk
from gateway.verification.smtp.reply import Stage

_NOT_ABOUT_IT: Final = frozenset(
    {MailboxOutcome.REFUSED_US, MailboxOutcome.THROTTLED, MailboxOutcome.TEMPORARY, MailboxOutcome.GREYLISTED}
)
_WORTH_ASKING: Final = frozenset({MailboxOutcome.ACCEPTED, MailboxOutcome.GREYLISTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesAny:
    """Whether the domain takes any address, None for not told; `ending` is a reply after which nobody may ask on.

    `lost`: the server fell silent or hung up.
    """

    fact: bool | None
    ending: Heard | None = None
    lost: bool = False


async def takes_any(means: Means, talk: Talk, heard: Heard, domain: str, group: str, moment: Moment) -> TakesAny:
    """Find out about the domain of an address whose reply is `heard`.

    A proven "no such mailbox" shows that the domain is no catch-all. Only a yes is worth asking further, and a
    greylist is shown the invented address too, so that it knows both when we come back. The invented address takes a
    turn of the pace as any other does. A server that does not tell for `IN_VAIN` is taken for one that takes any.
    Nothing is raised: where the connection is lost, the address has its answer, and the next one meets the loss.
    """
    if heard.outcome is MailboxOutcome.NOT_FOUND:
        await means.memory.remember(domain, CatchAll.NO, now=moment.now())
        return TakesAny(fact=False)
    if heard.outcome not in _WORTH_ASKING:
        return TakesAny(fact=None)
    known = await means.memory.claim(domain, now=moment.now())
    if known is not None:
        return TakesAny(fact=await _fact(means, known, heard, domain, moment))
    if await means.pace.turn(group, moment) is not None:
        await means.memory.give_back(domain)
        return TakesAny(fact=None)
    return await _invented(means, talk, heard, domain, moment)


async def _invented(means: Means, talk: Talk, heard: Heard, domain: str, moment: Moment) -> TakesAny:
    """Ask about the domain's invented address, and remember what that told."""
    try:
        said = outcome.read(await talk.ask(f"{means.invent(domain)}@{domain}"), means.identity)
    except Ended:
        return TakesAny(fact=None, lost=True)
    found = _says(said)
    if found is CatchAll.UNCLEAR and said.for_everybody:  # the question was not looked at
        return TakesAny(fact=None, ending=said)
    await means.memory.remember(domain, found, now=moment.now())
    fact = await _fact(means, found, heard, domain, moment)
    return TakesAny(fact=fact, ending=said if said.for_everybody else None)


async def _fact(means: Means, found: CatchAll, heard: Heard, domain: str, moment: Moment) -> bool | None:
    """What is taken for true: who says yes, and to an invented address nothing again and again, says it to anything.

    Some never refuse an unknown mailbox for good (Postfix answers 450 for `reject_unverified_recipient`).
    """
    if found is not CatchAll.UNCLEAR:
        return found is CatchAll.YES
    if heard.outcome is not MailboxOutcome.ACCEPTED:
        return None
    now = moment.now()
    since = await means.memory.untold_since(domain, now=now)
    return True if since is not None and now - since >= IN_VAIN else None


def _says(heard: Heard) -> CatchAll:
    """What an invented address shows: a final no at RCPT, in whatever words, unless it is about us or the hour."""
    if heard.outcome is MailboxOutcome.ACCEPTED:
        return CatchAll.YES
    refused = heard.reply.permanent and heard.reply.stage is Stage.RCPT and heard.outcome not in _NOT_ABOUT_IT
    return CatchAll.NO if refused else CatchAll.UNCLEAR
