"""URLs of leads as they are read before anything is asked; hops over real sockets are tested with the visits."""

import pytest

from gateway.http import EgressRefused, HttpClient, Request, Trust, follow, read_url
from tests.gateway.http.servers import Names


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://acme.com/", "https://acme.com/"),
        (" HTTPS://ACME.com.:443/a?b=c#d ", "https://acme.com/a?b=c"),
        ("https://M\u00dcLLER.de/\u00fc", "https://xn--mller-kva.de/%C3%BC"),
        ("http://\uff41\uff43\uff4d\uff45\u3002com", "http://acme.com"),
        ("http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/", "http://127.0.0.1/"),
        ("http://u\u00fc:p@acme.com:8080/", "http://u%C3%BC:p@acme.com:8080/"),
        ("http://xn--zzzzzzzzzz99999999.com/", "http://xn--zzzzzzzzzz99999999.com/"),
    ],
)
def test_url_is_read_as_browsers_read_it(text: str, url: str) -> None:
    """The host in ASCII and without its last dot, no fragment; what may not be asked is still in it to be refused."""
    assert read_url(text) == url


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://acme.com/" + "a" * 2000, "url_too_long"),
        ("https://" + "\u00fc" * 80 + ".com/", "url_unreadable"),
        ("https://\u0661.\u0661/", "url_unreadable"),
        ("https://acme.com:port/", "url_unreadable"),
        ("https://[::1/", "url_unreadable"),
        ("https://acme.com/\x00", "url_unreadable"),
    ],
)
def test_what_is_no_url_is_refused(text: str, reason: str) -> None:
    """The reason is a code of ours, and holds nothing of the text."""
    with pytest.raises(EgressRefused) as refused:
        read_url(text)
    assert (refused.value.reason, str(refused.value)) == (reason, reason)


async def test_only_leads_sites_are_followed() -> None:
    """What an operator or a manifest names has no redirects followed, by whatever mistake."""
    async with HttpClient(resolver=Names({})) as client:
        for trust in (Trust.CONFIGURED, Trust.PRIVATE):
            with pytest.raises(ValueError, match="leads' sites alone"):
                await follow(client, Request(method="GET", url="https://acme.com/", trust=trust))
