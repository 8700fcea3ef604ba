"""The sandbox's names for tests: read once a run, for they are a value, and a server keeps its state elsewhere."""

from functools import cache

from gateway.sandbox.zone import Zone, load_zone


@cache
def shipped() -> Zone:
    """The zone that comes with the sandbox."""
    return load_zone()
