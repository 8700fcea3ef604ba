"""Mailbox probes: the parts alone, and against mail servers on loopback."""
