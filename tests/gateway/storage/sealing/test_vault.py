"""What the vault derives from its keys is the same in every release: what was written under it is still compared."""

from pathlib import Path

import pytest

from audit.keyring import Keyring
from audit.keys import LocalRootKey
from audit.sealing import EvidenceKey
from gateway.storage.sealing.vault import Vault
from gateway.wiring.system import SystemClock, SystemIds

CLOCK = SystemClock()
# From another tool, so that no change of ours can change both: `printf LABEL | openssl dgst -sha256 -mac HMAC …`.
MACS = {
    "url": "f7aec756b5318caad99fe7ec7ff39627a9d6ade95d7ee4334a0797ddea887560",
    "map": "091bf6fd2a6201d27c364878b32049b533d1a1ee3581a46e49272a1062bd8651",
}


@pytest.mark.parametrize("label", MACS)
def test_a_destination_s_hash_is_made_under_a_key_for_nothing_else(tmp_path: Path, label: str) -> None:
    """HMAC-SHA-256 of label, NUL and text under a key that the log's key and a label of its own give."""
    tmp_path.chmod(0o700)
    root = LocalRootKey.create(tmp_path / "root.key")
    vault = Vault(Keyring.create(tmp_path / "keys", root, origin="test.example/log", now=CLOCK.now()), SystemIds(CLOCK))
    vault._log_key = EvidenceKey(dek_id=bytes(16), key=bytes(range(32)))
    assert vault.destination_mac(label, b'"https://crm.example/leads?token=s3cret"') == MACS[label]
