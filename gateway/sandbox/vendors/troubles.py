"""What happens at every vendor: a record, a limit, failures that pass and that do not, and replies that are none."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType

from gateway.sandbox.vendors.vendor import Script, Scripted


def script(
    record: Callable[[str], object], *, busy: Scripted, more: Mapping[str, tuple[Scripted, ...]] = MappingProxyType({})
) -> Script:
    """A script by company domain: `acme` is known, and the others are trouble.

    Args:
        record: the body of a reply about a domain, in the vendor's own shape.
        busy: how the vendor says that it was too much.
        more: what only this vendor does.
    """
    failed = Scripted(status=HTTPStatus.INTERNAL_SERVER_ERROR, body={"error": "internal error"})
    return MappingProxyType(
        {
            "acme.example": (known(record, "acme.example"),),
            "busy.example": (busy, known(record, "busy.example")),
            "flaky.example": (failed, known(record, "flaky.example")),
            "down.example": (failed,),
            "slow.example": (Scripted(body=record("slow.example"), wait=30.0),),
            "garbage.example": (Scripted(raw=b'{"id": "1", "name": "cut sho'),),
            "page.example": (Scripted(raw=b"<html><body>Please wait</body></html>", media="text/html"),),
            "lost.example": (Scripted(status=404, raw=b"<html>no such page</html>", media="text/html"),),
            **more,
        }
    )


def known(record: Callable[[str], object], domain: str) -> Scripted:
    """The reply about a company that the vendor knows."""
    return Scripted(body=record(domain))


def found(reply: Scripted) -> bool:
    """Whether a reply holds a whole record, for which vendors charge."""
    return reply.status == HTTPStatus.OK and reply.raw is None
