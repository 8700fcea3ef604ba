"""Whether a key works, asked by the call that a manifest names for it and that costs nothing."""

from connectors.errors import CallError, HostRefused, Unreadable
from connectors.kit.answer import Answer
from connectors.kit.classify import classify
from connectors.kit.contract import failed
from connectors.kit.http import VendorHttp, json_body
from connectors.kit.manifest import Manifest
from connectors.kit.mapping import search
from connectors.kit.requesting import request_of
from connectors.kit.template import Values


async def free_check(manifest: Manifest, settings: Values, http: VendorHttp) -> Answer | None:
    """Makes the check's one call.

    Args:
        manifest: with a `check`.
        settings: what its placeholders stand for.
        http: bound to the manifest.

    Returns:
        What stands against the key or the vendor; None when all is well.
    """
    spec = manifest.check
    if spec is None:
        return failed(HostRefused("no_check_in_manifest"))
    try:
        reply = await http.send(request_of(manifest, spec, settings))
        against = classify(manifest, reply)
        if against is None and not search(spec.expect, json_body(reply)):
            raise Unreadable("not_as_expected")
    except CallError as error:
        return failed(error)
    return against
