"""The ledger on both databases: claims become one kind of event, and what cannot be read never grants."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from consent.fold import state
from consent.ledger import ConsentGranted, ConsentRefused, ConsentWithdrawn, Event, Origin, Party, Unrecognised
from consent.terms import Channel, Purpose, Standing
from gateway.lead import ConsentClaim
from gateway.storage.engine.database import Database
from gateway.storage.engine.unit import Unit
from gateway.storage.people.ledger import claimed, head, read_events, write_event
from gateway.storage.people.tables import consent_events
from gateway.storage.sealing.vault import Keys, Vault
from gateway.wiring.system import SystemClock, SystemIds
from tests.conformance.journal.examples import NOW

IDS = SystemIds(SystemClock())
MAIL = (Purpose.MARKETING, Channel.EMAIL)


def claim(status: str = "granted", **fields: object) -> ConsentClaim:
    """What somebody says of the newsletter, an hour ahead of our clock."""
    said = {"purpose": "marketing", "channel": "email", "mechanism": "double_opt_in", **fields}
    return ConsentClaim(status=status, occurred_at=NOW + timedelta(hours=1), **said)  # type: ignore[arg-type]  # a test's shorthand


def event(said: ConsentClaim) -> Event:
    """The event of a claim."""
    return claimed(said, event_id="ce_1", at=NOW, origin=Origin.SOURCE, mailbox="ref")


def test_a_grant_by_e_mail_is_given_to_the_mailbox_and_a_call_to_the_person() -> None:
    """What is told now lies not ahead, and a notice counts only with its hash."""
    mail = event(claim(notice_id="news", notice_version=2, notice_sha256="0" * 64))
    assert isinstance(mail, ConsentGranted)
    assert (mail.contact_point, mail.occurred_at, mail.origin, mail.actor) == ("ref", NOW, Origin.SOURCE, Party.PERSON)
    assert mail.notice is not None
    assert (mail.cited_notice, mail.notice.version) == ("news", "2")
    call = event(claim(channel="call", notice_id="news"))
    assert isinstance(call, ConsentGranted)
    assert (call.contact_point, call.cited_notice, call.notice) == (None, "news", None)


def test_a_refusal_is_the_persons_whichever_way_it_came() -> None:
    """It reaches every mailbox of theirs, whoever reports it."""
    refused = event(claim("refused"))
    assert isinstance(refused, ConsentRefused)
    assert refused.contact_point is None
    assert state([refused], NOW, contact_point="another").answer(*MAIL).standing is Standing.REFUSED


def test_a_request_waits_and_an_import_is_known_as_one() -> None:
    """Neither is the person's own confirmed word."""
    assert event(claim("requested")).origin is Origin.PUBLIC_FORM
    assert event(claim(mechanism="import")).actor is Party.IMPORT


@pytest.fixture
async def keys(database: Database, tmp_path: Path) -> Keys:
    """The keys of one person."""
    root = LocalRootKey.create(tmp_path / "root.key")
    vault = Vault(Keyring.create(tmp_path / "keys", root, origin="test.example/log", now=NOW), IDS)
    unit = Unit()
    made = vault.mint("sb_1", unit)
    await database.write(unit)
    return made


async def stored(database: Database, keys: Keys, *events: Event) -> list[Event]:
    """Write events and read them back."""
    unit = Unit()
    for each in events:
        write_event(unit, IDS, keys, each)
    await database.write(unit)
    return (await database.read(lambda connection: read_events(connection, ["sb_1"])))["sb_1"]


@pytest.mark.integration
async def test_events_survive_the_database(database: Database, keys: Keys) -> None:
    """They come back equal, under the names that the ledger keeps for ever, whatever a class is called."""
    granted = event(claim(notice_id="news", notice_version=2, notice_sha256="0" * 64))
    withdrawn = ConsentWithdrawn(**head("ce_2", NOW, Origin.SOURCE), purpose=Purpose.MARKETING)
    assert await stored(database, keys, granted, withdrawn) == [granted, withdrawn]
    query = select(consent_events.c.kind).order_by(consent_events.c.id)
    kinds = await database.read(lambda connection: connection.execute(query).scalars().all())
    assert kinds == ["consent_granted", "consent_withdrawn"]


@pytest.mark.integration
@pytest.mark.parametrize("change", [{"purpose": "telepathy"}, {"channel": "fax"}, {"kind": "consent_blessed"}])
async def test_words_of_another_version_grant_nothing_and_still_restrict(
    database: Database, keys: Keys, change: dict[str, str]
) -> None:
    """An unreadable grant counts for nothing, an unreadable refusal for everything; the rest is read on."""
    both = await stored(database, keys, event(claim()), ConsentRefused(**head("ce_2", NOW, Origin.SOURCE)))
    assert len(both) == 2
    rows = await database.read(lambda connection: connection.execute(select(consent_events)).mappings().all())
    for row in rows:
        if row["kind"] == "consent_refused" and "kind" in change:
            continue
        new = update(consent_events).where(consent_events.c.id == row["id"]).values(event={**row["event"], **change})
        await database.transact(lambda tx: tx.connection.execute(new))  # noqa: B023 - run at once
    granted, refused = (await database.read(lambda connection: read_events(connection, ["sb_1"])))["sb_1"]
    assert isinstance(granted, Unrecognised)
    assert isinstance(refused, ConsentRefused)
    folded = state([granted, refused], NOW)
    assert folded.answer(*MAIL).standing is Standing.REFUSED
    assert folded.answer(Purpose.MARKETING, Channel.CALL).standing is Standing.REFUSED
