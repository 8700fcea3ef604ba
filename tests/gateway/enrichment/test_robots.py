"""robots.txt: what its statuses and lines mean, and that no file costs more than it may."""

import contextlib
import time
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.enrichment.robots import Robots
from gateway.http import Arrival, EgressError, EgressRefused, Reply, Unreachable
from tests.gateway.enrichment.doubles import Time

URL = "https://acme.example/"


@dataclass(kw_only=True)
class Files:
    """A network that has one robots.txt for everybody, or one error."""

    status: int = 200
    text: str = ""
    error: EgressError | None = None
    asked: list[str] = field(default_factory=list)

    async def __call__(self, url: str, seconds: float) -> Arrival:
        self.asked.append(url)
        if self.error is not None:
            raise self.error
        return Arrival(reply=Reply(status=self.status, headers={}, body=self.text.encode()), url=url)


async def refused(files: Files, url: str = URL, clock: Time | None = None) -> str:
    """Why a URL is refused; empty where it is not."""
    try:
        await Robots(files, clock or Time()).check(url, 1.0)
    except EgressRefused as error:
        return error.reason
    return ""


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, ""),
        (204, ""),
        (301, "robots_unavailable"),
        (304, "robots_unavailable"),
        (400, ""),
        (401, ""),
        (403, ""),
        (404, ""),
        (410, ""),
        (451, ""),
        (429, "robots_unavailable"),
        (500, "robots_unavailable"),
        (503, "robots_unavailable"),
        (520, "robots_unavailable"),
    ],
)
async def test_statuses(status: int, reason: str) -> None:
    """A file that is not there allows everything, one that the server cannot give nothing (RFC 9309 2.3.1)."""
    assert await refused(Files(status=status)) == reason


async def test_endings_of_the_network() -> None:
    """What the network did is raised; a refusal of the site itself too; where the file leads astray, it forbids."""
    for error in (Unreachable("connection_failed"), EgressRefused("address_not_public")):
        with pytest.raises(type(error), match=error.reason):
            await Robots(Files(error=error), Time()).check(URL, 1.0)
    assert await refused(Files(error=EgressRefused("address_not_public", sent=True))) == "robots_unavailable"
    assert await refused(Files(error=EgressRefused("too_many_redirects", sent=True))) == ""


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("User-agent: *\nDisallow: /", "/", False),
        ("user-agent: leadgate\ndisallow: /", "/", False),
        ("User-agent: Leadgate/1.0\nDisallow: /", "/", False),
        ("User-agent: leadgate*\nDisallow: /", "/", False),
        ("User-agent: Leadgatebot\nDisallow: /", "/", True),
        ("User-agent: Leadgate-checker\nDisallow: /", "/", True),
        ("User-agent: Google\nDisallow: /", "/", True),
        ("User-agent: Google\nUser-agent: Leadgate\nDisallow: /", "/", False),
        ("User-agent: Leadgate\nUser-agent: Google\nDisallow: /", "/", False),
        ("User-agent: Google\nDisallow: /\nUser-agent: Bing\nDisallow: /", "/", True),
        ("User-agent: Leadgate\nAllow: /\nUser-agent: Google\nDisallow: /", "/", True),
        ("User-agent: *\nDisallow: /\nUser-agent: Leadgate\nAllow: /", "/", True),
        ("User-agent: Leadgate # us\nDisallow: /imp*m$", "/impressum", False),
        ("User-agent: *\nDisallow: /\nAllow: /impressum", "/impressum", True),
        ("User-agent: *\nDisallow: /*?", "/?a=b", False),
        ("\ufeffUser-agent: *\nDisallow: /", "/", False),
        ("User agent *\nDisallow: /", "/", False),
        ("<html><body>Not found</body></html>", "/", True),
        ("Disallow: /", "/", True),
        ("", "/", True),
    ],
)
async def test_lines(text: str, path: str, allowed: bool) -> None:  # noqa: FBT001 - a parameter
    """Our own group counts, else everybody's; the longest match decides, and a name that begins alike is not us."""
    assert await refused(Files(text=text), f"https://acme.example{path}") == ("" if allowed else "robots")


async def test_how_long_it_counts() -> None:
    """What was read counts for a day, a failure for five minutes."""
    for files, period in ((Files(), timedelta(days=1)), (Files(status=404), timedelta(days=1))):
        await _asked_again_after(files, period)
    await _asked_again_after(Files(status=503), timedelta(minutes=5))


async def _asked_again_after(files: Files, period: timedelta) -> None:
    clock = Time()
    kept = Robots(files, clock)
    for step, asked in ((timedelta(0), 1), (period - timedelta(seconds=1), 1), (timedelta(seconds=1), 2)):
        clock.moment += step
        with contextlib.suppress(EgressRefused):
            await kept.check(URL, 1.0)
        assert len(files.asked) == asked


async def test_no_more_is_kept_than_there_is_room_for() -> None:
    """The oldest origins go first, by their number and by the letters of their files."""
    files = Files(text="User-agent: *\nDisallow: /x")
    kept = Robots(files, Time(), most_sites=3, most_letters=100)
    for number in range(9):
        await kept.check(f"https://site{number}.example/", 1.0)
        assert len(kept._kept) <= 3
        assert kept._letters == sum(rules.letters for rules in kept._kept.values()) <= 100
    files.text = "# " + "x" * 200
    await kept.check("https://long.example/", 1.0)
    assert (list(kept._kept), kept._letters) == ([], 0)


async def test_many_names_and_many_rules_cost_little() -> None:
    """A file of thousands of names, each with thousands of rules, is read as fast as any other of its size."""
    names = "\n".join(f"User-agent: a{number}" for number in range(12_000))
    rules = "\n".join(f"Disallow: /{number}*a*b*c$" for number in range(12_000))
    begun = time.monotonic()
    assert await refused(Files(text=f"{names}\n{rules}\n{names}\nUser-agent: *\n{rules}\nDisallow: /")) == "robots"
    assert time.monotonic() - begun < 10  # without care it takes minutes and gigabytes


@given(st.text(max_size=300), st.sampled_from(["User-agent: Leadgate\n", "User-agent: *\n", ""]))
async def test_whatever_stands_in_it_is_an_answer(text: str, head: str) -> None:
    """No file makes it fail."""
    assert await refused(Files(text=head + text)) in ("", "robots")
