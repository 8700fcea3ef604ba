"""The command `leadgate`: one file per command, one registry of what they do."""

from gateway.cli.root import app, main

__all__ = ["app", "main"]
