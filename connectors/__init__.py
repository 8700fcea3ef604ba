"""Connectors: plug-ins that ask one source about one company or person and answer with provenance.

`kit/` is what a connector may use; `firmographic/`, `mailbox/` and `technographic/` hold the plug-ins. A connector
is one class `Plugin` with a manifest and one method `ask`; `docs/how-to/write-a-connector.md` writes one.
"""
