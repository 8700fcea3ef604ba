"""Whether a key works, asked by the call that a manifest names for it and that costs nothing."""

from connectors.errors import CallError, HostRefused
from connectors.kit.answer import Answer
from connectors.kit.classify import classify
from connectors.kit.contract import failed
from connectors.kit.http import VendorHttp
from connectors.kit.manifest import Manifest
from connectors.kit.ports import Request
from connectors.kit.template import Values, fill, fill_all, fill_path


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
        host = fill(spec.host, settings) if spec.host else manifest.hosts[0]
        url = f"https://{host}{fill_path(spec.path, settings)}"
        reply = await http.send(Request(method=spec.method, url=url, params=fill_all(spec.params, settings)))
    except CallError as error:
        return failed(error)
    return classify(manifest, reply)
