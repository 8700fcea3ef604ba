"""Every error of the audit package, one tree; an exception's docstring is its message pattern.

```
AuditError
├── UnknownType            a type number or name that the registry does not hold
├── BadEvent               an event that may not be sealed
├── BadLeaf                bytes that are no leaf
├── CannotOpen             a ciphertext, commitment or key that do not belong together
├── BadProof               a Merkle proof that does not prove
├── BadNote                bytes that are no signed note, key or checkpoint
│   ├── BadSignature       a known key's signature that fails
│   └── UntrustedKey       no signature by the key asked for
├── BadContainer           a ZIP file that is not in the canonical form
├── BadManifest            a manifest that is not in the canonical form
│   └── NewerFormat        a manifest of a later release
├── KeyStoreError          the key store
│   ├── KeyStoreExists
│   ├── KeyStoreMissing
│   ├── LooseMode
│   ├── UnknownGeneration
│   └── GenerationInUse
├── StoreError             the database behind the log
│   ├── StoreUnavailable   retried by the sequencer
│   ├── Fenced             somebody else holds the lease
│   └── HeadMoved          the tree is not where the sequencer left it
├── MemoryError_           the sequencer's memory
│   ├── MemoryConflict     compare-and-swap lost
│   └── MemoryUnreadable
├── RefusedToSign          a tree that contradicts what was signed before
├── NotProved              an export with findings
└── ExportError            an export that cannot be written
```
"""


class AuditError(Exception):
    """The audit log failed."""

    def __init__(self, **facts: object) -> None:
        """Fill the message pattern (the class's docstring) with ``facts``; facts hold nothing personal."""
        self.facts = facts
        pattern = " ".join((type(self).__doc__ or type(self).__name__).split())
        super().__init__(pattern.format(**facts))


class UnknownType(AuditError):
    """No event type {type} is registered: add a line to audit/types.py, or use a newer verifier."""


class BadEvent(AuditError):
    """The event cannot be sealed: {reason}."""


class BadLeaf(AuditError):
    """These bytes are no leaf: {reason}."""


class CannotOpen(AuditError):
    """The entry does not open: {reason}."""


class BadProof(AuditError):
    """The proof does not hold: {reason}."""


class BadNote(AuditError):
    """This is no valid note: {reason}."""


class BadSignature(BadNote):
    """The signature by {name} does not match the text: one of them was changed."""


class UntrustedKey(BadNote):
    """The note carries no signature by {name}: ask for the key that signed it, or reject it."""


class BadContainer(AuditError):
    """The file is not the ZIP file that was written: {where}, byte {offset}: {reason}."""


class BadManifest(AuditError):
    """manifest.json is not what an exporter writes: {reason}."""


class NewerFormat(BadManifest):
    """The export has format {found}, this verifier reads {known}: use a newer one."""


class KeyStoreError(AuditError):
    """The key store cannot be used: {reason}."""


class KeyStoreExists(KeyStoreError):
    """A key store is already at {path}: creating another would orphan everything sealed under it."""


class KeyStoreMissing(KeyStoreError):
    """No key store at {path}: create one, or restore it from its own backup (never from the database's)."""


class LooseMode(KeyStoreError):
    """{path} has mode {mode}: others may read it; run chmod {wanted} on it."""


class UnknownGeneration(KeyStoreError):
    """No {purpose} key of generation {generation} in the key store: it was destroyed or never made here."""


class GenerationInUse(KeyStoreError):
    """The {purpose} generation {generation} may not be destroyed: {reason}."""


class StoreError(AuditError):
    """The audit store failed: {reason}."""


class StoreUnavailable(StoreError):
    """The audit store cannot be reached: {reason}."""


class Fenced(StoreError):
    """The lease with token {token} has passed to another sequencer: this one stops."""


class HeadMoved(StoreError):
    """The tree in the store has size {found}, not {expected}: reload before going on."""


class MemoryError_(AuditError):  # noqa: N801 - the builtin MemoryError must stay reachable
    """The sequencer's memory failed: {reason}."""


class MemoryConflict(MemoryError_):
    """The sequencer's memory was changed by another sequencer: this one stops."""


class MemoryUnreadable(MemoryError_):
    """The sequencer's memory at {path} cannot be read: {reason}."""


class RefusedToSign(AuditError):
    """Refused to sign the log: {reason}. Nothing was signed; see "Recover" in the audit log's explanation."""


class NotProved(AuditError):
    """The export is not proved: {findings}."""


class ExportError(AuditError):
    """The export cannot be written: {reason}."""
