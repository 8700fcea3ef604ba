"""The do-not-call registers of this gateway: their folder, and the keys that their numbers are hashed under."""

from collections.abc import Mapping

from gateway.settings import Settings
from gateway.storage.sealing.vault import Vault
from gateway.verification.probes.registers import Registers
from gateway.wiring.build import open_keyring
from gateway.wiring.system import SystemClock, SystemIds


def register_keys(settings: Settings) -> Mapping[int, bytes]:
    """Read the keys of registers from the key store, which is there; no database is opened.

    Raises:
        KeyStoreError: it cannot be read, or others may read it too.
    """
    clock = SystemClock()
    return Vault(open_keyring(settings, clock, fresh=False), SystemIds(clock)).register_keys()


def open_registers(settings: Settings) -> Registers:
    """The registers as commands see them, beside a server or without one."""
    keys = register_keys(settings)
    return Registers(settings.registers_dir, lambda: keys)
