"""The gateway's own HTTP client behind the port of this package, as wiring connects them."""

from gateway.http import EgressError, EgressRefused, HttpClient, Request, Trust
from gateway.release import Call, Reply, SendFailed


class RealHttp:
    """Sends over sockets."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def send(self, call: Call) -> Reply:
        request = Request(
            method=call.method,
            url=call.url,
            headers=call.headers,
            body=call.body,
            seconds=call.seconds,
            trust=Trust.PRIVATE if call.allow_private else Trust.CONFIGURED,
        )
        try:
            answer = await self._client.send(request)
        except EgressError as error:
            raise SendFailed(retryable=not isinstance(error, EgressRefused), detail=error.reason) from None
        return Reply(status=answer.status, headers=answer.headers, body=answer.body)
