"""Leaves and sealing: strict both ways, committing, bound to the header."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.encoding import (
    FLAG_CLEAR,
    HEADER_SIZE,
    LEAF_SIZE,
    event_id_text,
    from_micros,
    from_text,
    parse_leaf,
    time_text,
    to_micros,
)
from audit.errors import BadEvent, BadLeaf, CannotOpen
from audit.sealing import (
    Event,
    EvidenceKey,
    clear_entry,
    event_key,
    open_entry,
    open_with_event_key,
    seal,
)
from audit.types import LEAD_DECIDED, LEAD_RECEIVED, LOG_BATCH
from tests.audit.world import START, fixed, subject

PAYLOAD = b'{"lead_id":"ld_1","note":"Zo\xc3\xab"}'
EVENT = Event(event_id=fixed("event", 16), time=START, type=LEAD_RECEIVED, payload=PAYLOAD)
NONCE = fixed("nonce", 12)


def test_the_leaf_has_121_bytes_in_the_fixed_order() -> None:
    """Every field stands where an outsider's parser expects it."""
    leaf = seal(EVENT, subject(1), nonce=NONCE).leaf
    assert len(leaf) == LEAF_SIZE == 121
    assert leaf[0] == 1
    assert leaf[1:17] == EVENT.event_id
    assert leaf[17:33] == subject(1).dek_id
    assert int.from_bytes(leaf[33:41], "big") == int(START.timestamp()) * 1_000_000
    assert int.from_bytes(leaf[41:43], "big") == LEAD_RECEIVED.number
    assert leaf[43:45] == b"\1\0"
    assert leaf[45:57] == NONCE
    assert parse_leaf(leaf).encode() == leaf
    assert not parse_leaf(leaf).clear


def test_a_sealed_entry_opens_with_either_key() -> None:
    """The subject's key opens it, and so does the one event's key that an export discloses."""
    entry = seal(EVENT, subject(1), nonce=NONCE)
    assert open_entry(entry.leaf, entry.ciphertext, subject(1)) == PAYLOAD
    secret = event_key(subject(1).key, EVENT.event_id, NONCE)
    assert open_with_event_key(entry.leaf, entry.ciphertext, secret) == PAYLOAD
    assert PAYLOAD not in entry.ciphertext


def test_one_events_key_opens_no_other_event() -> None:
    """Disclosing one event discloses nothing else of the same subject."""
    other = seal(replace(EVENT, event_id=fixed("other", 16)), subject(1), nonce=NONCE)
    with pytest.raises(CannotOpen):
        open_with_event_key(other.leaf, other.ciphertext, event_key(subject(1).key, EVENT.event_id, NONCE))


def test_a_retried_event_id_with_another_payload_uses_another_key() -> None:
    """Same id, other nonce: the two ciphertexts share no key, so nothing leaks when an id is reused."""
    keys = {event_key(subject(1).key, EVENT.event_id, fixed(f"nonce {n}", 12)) for n in range(3)}
    assert len(keys) == 3


def test_every_changed_byte_of_leaf_or_ciphertext_is_noticed() -> None:
    """Header, commitment, hash and ciphertext hold each other."""
    entry = seal(EVENT, subject(1), nonce=NONCE)
    secret = event_key(subject(1).key, EVENT.event_id, NONCE)
    for at in range(len(entry.leaf)):
        leaf = bytearray(entry.leaf)
        leaf[at] ^= 1
        with pytest.raises(CannotOpen):
            open_with_event_key(bytes(leaf), entry.ciphertext, secret)
    for at in range(len(entry.ciphertext)):
        ciphertext = bytearray(entry.ciphertext)
        ciphertext[at] ^= 1
        with pytest.raises(CannotOpen):
            open_with_event_key(entry.leaf, bytes(ciphertext), secret)


def test_another_key_never_opens_it() -> None:
    """Neither another subject's key nor another key under the same id opens an entry."""
    entry = seal(EVENT, subject(1), nonce=NONCE)
    with pytest.raises(CannotOpen):
        open_entry(entry.leaf, entry.ciphertext, subject(2))
    with pytest.raises(CannotOpen):
        open_entry(entry.leaf, entry.ciphertext, EvidenceKey(dek_id=subject(1).dek_id, key=bytes(32)))


@pytest.mark.parametrize("payload", [b"", b"[]", b"{", b'{"a":\n1}', b'{"a":"\t"}', b"{" + b" " * (1 << 20) + b"}"])
def test_what_is_no_compact_json_object_is_not_sealed(payload: bytes) -> None:
    """A payload is one line of JSON of at most 1 MiB."""
    with pytest.raises(BadEvent):
        seal(replace(EVENT, payload=payload), subject(1), nonce=NONCE)


def test_wrong_lengths_and_clear_types_are_not_sealed() -> None:
    """Ids, keys and nonces have one length; the log's own types are not sealed, the others never clear."""
    with pytest.raises(BadEvent):
        seal(EVENT, subject(1), nonce=bytes(11))
    with pytest.raises(BadEvent):
        seal(EVENT, EvidenceKey(dek_id=bytes(16), key=bytes(16)), nonce=NONCE)
    with pytest.raises(BadEvent):
        seal(replace(EVENT, event_id=b"short"), subject(1), nonce=NONCE)
    with pytest.raises(BadEvent):
        seal(replace(EVENT, type=LOG_BATCH), subject(1), nonce=NONCE)
    with pytest.raises(BadEvent):
        clear_entry(EVENT)


def test_a_clear_entry_hashes_its_payload() -> None:
    """The log's own entries carry no key and are readable as they are."""
    leaf = parse_leaf(clear_entry(replace(EVENT, type=LOG_BATCH)).leaf)
    assert leaf.clear
    assert leaf.flags == FLAG_CLEAR | 1 << 8
    assert leaf.schema == 1
    assert leaf.dek_id == bytes(16)


def test_leaves_are_parsed_strictly() -> None:
    """Another length, version, flag, time or a clear leaf with key fields is no leaf."""
    good = parse_leaf(seal(EVENT, subject(1), nonce=NONCE).leaf)
    bad = [good.encode()[:-1], b"\2" + good.encode()[1:]]
    bad += [replace(good, flags=flags).encode() for flags in (0x102, 0x101, 0)]
    bad += [replace(good, time=1 << 63).encode()]
    for each in bad:
        with pytest.raises(BadLeaf):
            parse_leaf(each)


def test_times() -> None:
    """Times are aware, after 1970, exact to the microsecond, and have one spelling."""
    moment = datetime(2026, 12, 31, 23, 59, 59, 123456, tzinfo=UTC)
    assert from_micros(to_micros(moment)) == moment
    assert to_micros(moment.astimezone(timezone(timedelta(hours=5)))) == to_micros(moment)
    assert time_text(to_micros(moment)) == "2026-12-31T23:59:59.123456Z"
    assert time_text(1 << 63) == "9999-12-31T23:59:59.999999Z"
    assert from_text("2026-12-31T23:59:59.123456Z") == to_micros(moment)
    with pytest.raises(BadEvent):
        to_micros(moment.replace(tzinfo=None))
    with pytest.raises(BadEvent):
        to_micros(datetime(1969, 1, 1, tzinfo=UTC))
    for text in ("2026-12-31T23:59:59Z", "2026-12-31T23:59:59.123456+00:00", "never"):
        with pytest.raises(ValueError, match=r"\d|never"):
            from_text(text)


def test_event_ids_are_typeids() -> None:
    """The specification's examples of TypeID suffixes come out."""
    assert event_id_text(bytes(16)) == "ev_" + "0" * 26
    assert event_id_text(b"\xff" * 16) == "ev_7" + "z" * 25
    assert event_id_text(bytes.fromhex("0110c8531d0952d8d73e1194e95b5f19")) == "ev_0123456789abcdefghjkmnpqrs"


@given(st.binary(min_size=16, max_size=16))
def test_event_ids_keep_every_bit(event_id: bytes) -> None:
    """Reading the characters as base 32 gives the number back."""
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    number = 0
    for each in event_id_text(event_id)[3:]:
        number = number * 32 + alphabet.index(each)
    assert number == int.from_bytes(event_id, "big")


def test_nothing_personal_or_secret_is_printed() -> None:
    """Representations show ids, never payloads, ciphertexts or keys."""
    entry = seal(replace(EVENT, type=LEAD_DECIDED), subject(1), nonce=NONCE)
    shown = repr((EVENT, entry, subject(1)))
    assert "ld_1" not in shown
    assert repr(subject(1).key) not in shown
    assert repr(entry.ciphertext) not in shown
    assert HEADER_SIZE == 89
