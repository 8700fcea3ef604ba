"""The audit log: an append-only, sealed, publicly provable record of everything the gateway did.

Entries are sealed under per-subject keys, hashed into an RFC 6962 tree by a sequencer and closed by signed
C2SP checkpoints; an export is one ZIP file that ``python -m audit verify FILE`` proves offline. The package
imports neither gateway nor connectors nor consent, and what ``python -m audit`` reaches imports only the
standard library and ``cryptography``. This file imports nothing, so that the verifier starts light: import
the modules by name.
"""
