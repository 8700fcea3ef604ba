"""What a destination may do with a lead, in the words of the released lead: `may_email: allowed|held|denied`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent import claims
from consent.claims import Cap, ChannelClaim, May
from consent.decision import Decision
from consent.terms import CONTACT_CHANNELS, Channel, Outcome
from gateway.lead import Ruling
from gateway.policies.limits import meaning_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One answer for one purpose and channel.

    Attributes:
        may: allowed, held or denied.
        until: when an allowance lapses or a hold has to end, aware UTC; None: no time is set.
        why: the rule that allows, or the reason of a hold or denial, as a stable code.
        says: the same in plain words.
        allowed_for: the purposes that may use the channel, where it is a whole channel's answer; none beside them may.
        obligations: what the destination has to do when it makes use of an allowance.
    """

    may: May
    until: datetime | None = None
    why: str
    says: str
    allowed_for: tuple[str, ...] = ()
    obligations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowances:
    """What one destination may do, per purpose and channel.

    Attributes:
        may: the answer for each channel of contact, as the signed permit states it (`consent.claims`): as strict as
            the strictest purpose, so that a system that reads no more than `may_email` cannot go wrong.
        purposes: the answer per purpose and channel.
        allowed: the purposes that the law allows on some channel; what verification caps does not close a purpose.
        barred: the channels that the law denies for every purpose.
    """

    may: Mapping[str, Allowance]
    purposes: Mapping[str, Mapping[str, Allowance]]
    allowed: frozenset[str]
    barred: frozenset[str]


def allowances_of(rulings: Iterable[Ruling], caps: Mapping[Channel, Cap]) -> Allowances:
    """Sum up what one destination may do; a cap of verification only makes an answer stricter.

    Args:
        rulings: the newest rulings for this one destination.
        caps: `Lead.caps`.
    """
    decisions = [ruling.decision for ruling in rulings]
    purposes: dict[str, dict[str, Allowance]] = {}
    for each in decisions:
        answer = _capped(_answer(each), caps.get(each.channel))
        purposes.setdefault(each.purpose.value, {})[each.channel.value] = answer
    said = claims.summarise(decisions, caps)
    return Allowances(
        may={
            channel.value: _claim(said.channels[channel], channel, decisions, purposes) for channel in CONTACT_CHANNELS
        },
        purposes=purposes,
        allowed=frozenset(purpose.value for purpose, may in said.purposes.items() if may is May.ALLOWED),
        barred=frozenset(channel.value for channel in CONTACT_CHANNELS if _barred(channel, decisions)),
    )


def _barred(channel: Channel, decisions: Sequence[Decision]) -> bool:
    """Whether the law denies a channel for every purpose; what verification caps does not count."""
    return {each.outcome for each in decisions if each.channel is channel} == {Outcome.DENY}


def _claim(
    claim: ChannelClaim,
    channel: Channel,
    decisions: Sequence[Decision],
    purposes: Mapping[str, Mapping[str, Allowance]],
) -> Allowance:
    """A whole channel's answer; where every purpose allows it, the duties of all of them come with it."""
    allowed = claim.may is May.ALLOWED
    duties = (duty for each in decisions if allowed and each.channel is channel for duty in each.obligations)
    answers = {purpose: ways[channel.value] for purpose, ways in purposes.items() if channel.value in ways}
    free = tuple(purpose for purpose, answer in answers.items() if answer.may is May.ALLOWED)
    closed: dict[str, list[str]] = {}
    for purpose, each in answers.items():
        if purpose not in free:
            closed.setdefault(f"{each.may}: {each.says}", []).append(purpose)
    first = f"for {', '.join(free)} and nothing else" if free else "for nothing"
    others = [f"{', '.join(names)} {answer}" for answer, names in closed.items()]
    return Allowance(
        may=claim.may,
        until=claim.until,
        why=claim.why,
        says="; ".join([first, *others]),
        allowed_for=free,
        obligations=tuple(dict.fromkeys(duties)),
    )


def _capped(answer: Allowance, cap: Cap | None) -> Allowance:
    if cap is None or cap.may.strictness <= answer.may.strictness:
        return answer
    return Allowance(may=cap.may, why=cap.why, says=meaning_of(cap.why).rstrip("."))


def _answer(decision: Decision) -> Allowance:
    match decision.outcome:
        case Outcome.ALLOW:
            return Allowance(
                may=May.ALLOWED,
                until=decision.until,
                why=decision.rule or decision.reason,
                says=decision.says,
                obligations=decision.obligations,
            )
        case Outcome.HOLD:
            return Allowance(may=May.HELD, until=decision.due, why=decision.reason, says=decision.says)
        case Outcome.DENY:
            return Allowance(may=May.DENIED, why=decision.reason, says=decision.says)
