"""The only place that builds real objects and connects them; the only place with a clock and ids."""

from gateway.wiring.build import connect
from gateway.wiring.checking import checking, probing_alone
from gateway.wiring.registers import open_registers, register_keys
from gateway.wiring.running import Gateway, Sandbox

__all__ = ["Gateway", "Sandbox", "checking", "connect", "open_registers", "probing_alone", "register_keys"]
