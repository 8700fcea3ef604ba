"""From a call that a manifest describes to the request that is sent: the one place where a URL is put together."""

import json

from pydantic import JsonValue

from connectors.errors import HostRefused
from connectors.kit.calling import CallSpec
from connectors.kit.manifest import Manifest
from connectors.kit.ports import Request
from connectors.kit.template import Values, fill, fill_all, fill_path


def request_of(manifest: Manifest, spec: CallSpec, values: Values, *, body: JsonValue = None) -> Request:
    """The request of a call.

    Args:
        manifest: whose first host is called when the call names none.
        spec: the call.
        values: what its placeholders stand for.
        body: sent as JSON, as it stands; None: there is none.

    Raises:
        HostRefused: a placeholder of the host or the path has no value, or one that cannot stand in a path.
    """
    host = fill(spec.host, values) if spec.host else manifest.hosts[0]
    if host is None:
        raise HostRefused("value_not_for_a_host")
    own = fill_all(spec.headers, values)
    usual = {"Accept": spec.accept, **({} if body is None else {"Content-Type": "application/json"})}
    said = {name.lower() for name in own}
    headers = {**{name: text for name, text in usual.items() if name.lower() not in said}, **own}
    return Request(
        method=spec.method,
        url=f"https://{host}{fill_path(spec.path, values)}",
        params=fill_all(spec.params, values),
        headers=headers,
        body=None if body is None else json.dumps(body).encode(),
    )
