"""Small pieces that fit one part's port onto another part: DNS for connectors, HTTP for deliveries."""

from typing import Final

from connectors.kit import DnsReply
from connectors.kit.ports import DnsStatus as Kit
from connectors.kit.ports import RecordType
from gateway import http
from gateway.release import Call, Reply, SendFailed
from gateway.verification.probes.client import DnsClient, DnsRecord, DnsStatus

_STATUS: Final = {
    DnsStatus.OK: Kit.FOUND,
    DnsStatus.NODATA: Kit.NO_DATA,
    DnsStatus.NXDOMAIN: Kit.NO_NAME,
    DnsStatus.TIMEOUT: Kit.TIMED_OUT,
}


class ConnectorDns:
    """`connectors.kit.Dns` over the gateway's one resolver."""

    def __init__(self, client: DnsClient) -> None:
        self.client = client

    async def look_up(self, name: str, kind: RecordType) -> DnsReply:
        """Look up one name; failures are a status, never an exception."""
        answer = await self.client.ask(name, kind)
        records = tuple(_text(record, kind) for record in answer.records)
        return DnsReply(status=_STATUS.get(answer.status, Kit.FAILED), records=records)


class DeliveryHttp:
    """`gateway.release.Http` over the egress-checked client."""

    def __init__(self, client: http.HttpClient) -> None:
        self.client = client

    async def send(self, call: Call) -> Reply:
        """Send one request and read its answer; where its status is enough, what its body meets is no failure.

        Raises:
            SendFailed: there was no answer, or one that could not be read.
        """
        request = http.Request(
            method=call.method,
            url=call.url,
            headers=call.headers,
            body=call.body,
            trust=http.Trust.PRIVATE if call.allow_private else http.Trust.CONFIGURED,
            seconds=call.seconds,
            body_seconds=call.body_seconds,
        )
        try:
            reply = await self.client.send(request)
        except http.EgressError as error:
            enough = call.body_seconds is not None or isinstance(error, http.TooLarge)
            if enough and error.status:
                return Reply(status=error.status, headers=error.headers, body=b"")
            raise _failed(error) from None
        return Reply(status=reply.status, headers=reply.headers, body=reply.body)


def _failed(error: http.EgressError) -> SendFailed:
    match error:
        case http.EgressRefused():
            return SendFailed(retryable=False, detail="address_refused")
        case http.DeadlineExceeded():
            return SendFailed(retryable=True, detail="deadline")
        case _:
            return SendFailed(retryable=True, detail=type(error).__name__.lower())


def _text(record: DnsRecord, kind: RecordType) -> str:
    if kind != "MX":
        return record.value
    return f"{record.preference} {record.value or '.'}"
