"""Where acts are done: at a gateway, by somebody."""

from dataclasses import dataclass

from gateway.desk.office import Actor
from gateway.wiring import Gateway
from gateway.wiring.desks import Desks


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A place at a gateway: every act takes one, and says by it who does what it does."""

    gateway: Gateway
    actor: Actor

    @property
    def desks(self) -> Desks:
        """The gateway's desks."""
        return self.gateway.desks
