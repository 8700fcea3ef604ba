"""How a server tells an application that it waits for a request no longer: the contract of the two halves.

The server is `gateway.serving`, the application `gateway.api.envelope`; neither imports the other.

1. The server puts the error to answer with, a `LeadgateError`, under `LATE` into the ASGI scope of the request. It does
   so once, never takes it back, and does it before anything else that the application could notice.
2. Where the body is not whole, `receive` returns at once with `more_body` true, whatever has come. The application
   raises the error then, and what it answers is the last answer on the connection.
3. Where the body is whole, the request is left alone until the server cancels its task. The application takes a
   cancellation with `LATE` in the scope for the error, and answers with that, if it has not begun to answer.
4. A cancellation without `LATE` in the scope is somebody else's, and passes through.
"""

from typing import Final

LATE: Final = "leadgate.late"
"""The key of an ASGI scope where the server puts the error to answer with, once it waits for a request no longer."""
