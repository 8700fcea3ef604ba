"""The demo: sets a gateway up, posts real forms over HTTP, watches each lead to its rest, and has the log proved."""

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Protocol

from audit.durable import write_durably
from consent.suppression import SuppressionKind
from consent.terms import Channel
from gateway import http
from gateway.desk.exports import Wish
from gateway.desk.leads import Filter
from gateway.desk.office import LOCAL
from gateway.desk.preferences import Against
from gateway.errors import SetupError
from gateway.intake.kit.spam import SENTENCES
from gateway.lead import Lead, Status
from gateway.sandbox.demo_form import SITE, Browser
from gateway.sandbox.demo_table import Case, CaseOutcome, Proof, Result, Table
from gateway.sandbox.inbox import Received
from gateway.sandbox.loopback import Loopback, loopback
from gateway.verification.meanings import MEANINGS
from gateway.verification.reasons import Polarity, ReasonCode

FORM: Final = "website"
CRM: Final = "crm"
PURPOSES: Final = ("inquiry_response", "marketing")
_NOTICE: Final = "Yes, write to me about new machines. I can take this back at any time, with one click."
_MIN_SECONDS: Final = 1.0
_REST_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.01
_RESTING: Final = frozenset({"released", "rejected", "held", "retracted"})


class Watcher(Protocol):
    """Is told of the demo as it happens."""

    def ready(self, running: Loopback) -> None:
        """Everything runs."""

    def act(self, text: str) -> None:
        """One thing was set up: what, a colon, and how."""

    def sent(self, number: int, case: Case) -> None:
        """A form was posted."""

    def moved(self, status: str) -> None:
        """The lead that was sent last has reached a status."""

    def rested(self, number: int, case: Case, outcome: CaseOutcome) -> None:
        """The lead that was sent last has come to rest."""

    def received(self, messages: Sequence[Received]) -> None:
        """All is sent; this is what the inbox holds."""

    def proved(self, proof: Proof) -> None:
        """The log was exported and looked at by the verifier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """Where the store stood before a post: the newest lead and the newest request in quarantine."""

    lead: str | None = None
    aside: str | None = None


async def run(folder: Path, table: Table, watcher: Watcher) -> Result:
    """Run the demo in a folder of its own: the data directory, the exported log and the inbox are left in it.

    Raises:
        SetupError: something cannot be used, or the gateway refused a form.
    """
    async with loopback(folder / "data") as running, http.HttpClient() as client:
        watcher.ready(running)
        browser = Browser(client, f"{running.url}/f/{FORM}")
        await _set_up(running, table, watcher)
        proofs = await _proofs(browser, table)
        outcomes: list[CaseOutcome] = []
        people: dict[str, str] = {}
        known = _Known()
        for number, case in enumerate(table.cases, 1):
            started = time.monotonic()
            await browser.post({**case.form, **proofs.get(case.case, {})})
            watcher.sent(number, case)
            known, outcome = await _Journey(running, watcher).follow(case, known, people)
            outcome = replace(outcome, seconds=time.monotonic() - started)
            outcomes.append(outcome)
            watcher.rested(number, case, outcome)
        watcher.received(tuple(running.inbox.received))
        proof = await _prove(running, folder / "audit.zip")
        watcher.proved(proof)
        signed = {message.id for message in running.inbox.received if message.verified}
        await asyncio.to_thread(_keep_inbox, folder / "inbox.jsonl", tuple(running.inbox.received))
    return Result(outcomes=tuple(outcomes), delivered=len(signed), proof=proof)


async def _set_up(running: Loopback, table: Table, watcher: Watcher) -> None:
    gateway = running.gateway
    accepted = await gateway.desks.policies.accept(LOCAL, "all", "the demo")
    packs = sorted({each.pack for each in accepted})
    watcher.act(
        f"policy: the law packs {', '.join(packs)}, {len(accepted)} permits, accepted here by the demo; "
        "in real life a person of yours does that, by name"
    )
    await gateway.desks.notices.add(LOCAL, notice_id="newsletter", lang="en", text=_NOTICE)
    await gateway.desks.sources.add(
        LOCAL,
        {
            "key": FORM,
            "kind": "form",
            "purposes": list(PURPOSES),
            "notice_id": "newsletter",
            "consent": [{"field": "newsletter", "purpose": "marketing", "channels": ["email"]}],
            "origins": [SITE],
            "min_seconds": _MIN_SECONDS,
            "challenge_cost": 500,
        },
    )
    watcher.act(f"source: the form /f/{FORM}, with a newsletter box and its notice")
    destination = {
        "name": CRM,
        "kind": "webhook",
        "url": running.inbox.url,
        "purposes": list(PURPOSES),
        "country": "GB",
        "allow_private": True,
    }
    await gateway.desks.destinations.add(LOCAL, destination, [running.secret])
    watcher.act(f"destination: the CRM, by signed webhook, for {' and '.join(PURPOSES)}")
    for address in table.suppressed:
        await gateway.desks.preferences.suppress(
            LOCAL, SuppressionKind.EMAIL_CANONICAL, address, Against(), "requested"
        )
    watcher.act(f"suppressed: {len(table.suppressed)} person who asked for no contact, kept as a keyed hash")


async def _proofs(browser: Browser, table: Table) -> dict[str, dict[str, str]]:
    """Load the page of every case that has the script, and leave a person's time to write."""
    cases = [case.case for case in table.cases if case.script]
    solved = await asyncio.gather(*(browser.challenge() for _ in cases))
    await asyncio.sleep(_MIN_SECONDS)
    return {case: {"altcha": payload} for case, payload in zip(cases, solved, strict=True)}


class _Journey:
    """Follows one lead to its rest."""

    def __init__(self, running: Loopback, watcher: Watcher) -> None:
        self.gateway = running.gateway
        self.inbox = running.inbox
        self.watcher = watcher

    async def follow(self, case: Case, known: _Known, people: dict[str, str]) -> tuple[_Known, CaseOutcome]:
        """Find what the post became, wait until it rests, and tell what came of it."""
        leads = await self.gateway.desks.leads.list(LOCAL, Filter(after=known.lead))
        if not leads:
            return await self._aside(case, known)
        lead_id = leads[-1]["id"]
        steps = await self._rest(lead_id)
        lead = await self.gateway.desks.leads.get(LOCAL, lead_id)
        message = self._message(lead_id)
        said = json.loads(message.body)["data"]["permit"]["may_email"] if message is not None else None
        outcome = CaseOutcome(
            case=case.case,
            status=lead.status.value,
            reasons=tuple(_reasons(lead, said)),
            delivered=message is not None and message.verified,
            may_email=None if said is None else said["status"],
            suggestion=None if lead.email is None else lead.email.suggestion,
            same_person_as=people.get(lead.subject_id),
            says=tuple(await self._says(lead)),
            steps=tuple(_step(step, lead) for step in steps),
            fields=len({each.field for each in lead.observations}),
            again_minutes=_minutes(lead),
        )
        people.setdefault(lead.subject_id, case.case)
        return replace(known, lead=lead_id), outcome

    async def _aside(self, case: Case, known: _Known) -> tuple[_Known, CaseOutcome]:
        rows = await self.gateway.desks.quarantine.list(FORM, after=known.aside, limit=1)
        if not rows:
            raise SetupError(f"The post of {case.case} is neither a lead nor in quarantine")
        reasons = tuple(rows[0]["reasons"])
        self.watcher.moved("quarantined")
        outcome = CaseOutcome(
            case=case.case,
            status="quarantined",
            reasons=reasons,
            says=tuple(SENTENCES[reason] for reason in reasons if reason in SENTENCES),
            steps=("quarantined",),
        )
        return replace(known, aside=rows[0]["id"]), outcome

    async def _rest(self, lead_id: str) -> tuple[str, ...]:
        """Watch the lead's status until it rests, or for as long as the demo waits; returns all it has passed."""
        until, seen = time.monotonic() + _REST_SECONDS, ""
        while time.monotonic() < until and seen not in _RESTING:
            row = await self.gateway.desks.leads.standing(lead_id)
            if row is not None and row["status"] != seen:
                seen = row["status"]
                self.watcher.moved(seen)
            await asyncio.sleep(_POLL_SECONDS)
        timeline = await self.gateway.desks.leads.timeline(LOCAL, lead_id)
        return tuple(each["what"] for each in timeline if not each["what"].startswith("delivery."))

    def _message(self, lead_id: str) -> Received | None:
        return next(
            (each for each in self.inbox.received if json.loads(each.body)["data"]["lead"]["id"] == lead_id), None
        )

    async def _says(self, lead: Lead) -> Sequence[str]:
        """Why, in the words of the policy or, where that was not reached, of verification."""
        explained = await self.gateway.desks.leads.explain(LOCAL, lead.id)
        wanted = [each for each in explained if (each["recipient"], each["channel"]) == (CRM, "email")]
        capped = Channel.EMAIL in lead.caps
        if wanted and not capped:
            # Of what was released the marketing mail is the question; of the rest, that not even an answer may go out.
            return [_cited(wanted[-1] if lead.status is Status.RELEASED else wanted[0])]
        return [MEANINGS[code].meaning for code in _against(lead)][-1:]


def _step(step: str, lead: Lead) -> str:
    """A status in words: of a person who may not be enriched no connector is asked."""
    return "not enriched" if step == Status.ENRICHED and not lead.enrichment else step


def _minutes(lead: Lead) -> int | None:
    return None if lead.due_at is None else round((lead.due_at - lead.updated_at).total_seconds() / 60)


def _cited(explained: Mapping[str, Any]) -> str:
    sentence = explained["says"][0].removesuffix(".")
    return f"{sentence} ({'; '.join(explained['citations'])})." if explained["citations"] else f"{sentence}."


def _against(lead: Lead) -> list[ReasonCode]:
    """What verification found that does not speak for the address."""
    found = [] if lead.email is None else lead.email.reasons
    return [code for code in found if MEANINGS[code].polarity is not Polarity.POSITIVE]


def _reasons(lead: Lead, said: Mapping[str, Any] | None) -> list[str]:
    """The codes behind a rest: why it was held or rejected, or what the released lead says against e-mail."""
    if said is not None:
        if said["status"] == "allowed":
            return []
        return [part.rpartition(": ")[2] for part in said["why"].split("; ")]
    codes = [code.value for code in _against(lead)]
    return ([lead.reason] if lead.reason else []) + (codes if lead.status.value != "released" else [])


async def _prove(running: Loopback, file: Path) -> Proof:
    """Export the log and let the public verifier look at it, in a process of its own."""
    wish = Wish(opened=True, purpose="a demo: what an auditor gets to see")
    await running.gateway.desks.exports.export(LOCAL, wish, file)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "audit", "verify", str(file), "--json"), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    verdict = json.loads(told)
    return Proof(
        size=verdict["tree_size"] or 0,
        verified=process.returncode == 0 and verdict["verified"] is True,
        says="; ".join(each["message"] for each in verdict["findings"]) or "everything is proved",
        file=file,
    )


def _keep_inbox(file: Path, messages: Sequence[Received]) -> None:
    lines = (
        json.dumps({"headers": dict(each.headers), "signature": "holds" if each.verified else each.problem})[:-1]
        + f', "body": {each.body.decode()}}}\n'
        for each in messages
    )
    write_durably(file, "".join(lines).encode())
