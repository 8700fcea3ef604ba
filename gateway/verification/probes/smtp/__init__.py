"""Asking mail servers whether they would take mail for an address: paced, with a breaker, and never a message."""
