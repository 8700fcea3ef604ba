"""Ends a test that appended: exports the log and proves it again from the exported bytes, as an outsider would."""

import base64
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from audit.checkpoint import NoteSigner
from audit.encoding import LEAF_SIZE
from audit.export import ExportRequest, Places, export
from audit.findings import Verdict
from audit.ports import EvidenceKeys, Store
from audit.verify import examine, verify_bundle
from tests.audit.reference import mth
from tests.audit.world import START


async def rederive(store: Store, *, signer: NoteSigner, keys: EvidenceKeys, receipts: Sequence[bytes] = ()) -> Verdict:
    """Export everything under the latest checkpoint, verify it, and return the verdict.

    Args:
        store: the log's store.
        signer: the log's key.
        keys: opens the entries; an entry that does not open fails unless a receipt names it.
        receipts: event ids of erasure and retention receipts.

    Raises:
        NotProved: the public verifier finds anything wrong.
    """
    request = ExportRequest(requester="test", purpose="re-derivation", generator="test", opened=True, receipts=receipts)
    with TemporaryDirectory() as folder:
        out = Path(folder) / "export.zip"
        await export(Places(store=store, signer=signer, keys=keys), request, out, now=START)
        data = out.read_bytes()
    verify_bundle(data, key=signer.key)
    verdict = examine(data, key=signer.key)
    assert verdict.manifest is not None
    assert verdict.manifest.end == verdict.manifest.tree_size
    # Once more without our verifier: the standard library's ZIP reader, and the tree hash over what it reads.
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        leaves, note = bundle.read("leaves.bin"), bundle.read("checkpoint.note").decode()
    again = [leaves[at : at + LEAF_SIZE] for at in range(0, len(leaves), LEAF_SIZE)]
    assert len(again) == verdict.manifest.tree_size == int(note.split("\n")[1])
    assert mth(again) == base64.b64decode(note.split("\n")[2])
    return verdict
