"""The part of the certificate that is about what a question brings to the source."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

from connectors.kit.cases import Case, Fixture, NotCertified, Run, run_fixture
from connectors.kit.query import Query

_OTHERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "company.name": "Quite Another GmbH",
        "company.domain": "quite-another.example",
        "company.website": "https://quite-another.example/",
        "company.country": "JP",
        "company.vat_id": "DE136695976",
        "person.email": "quite@another.example",
        "person.email_sha256": "0" * 64,
        "person.given_name": "Quite",
        "person.family_name": "Another",
        "person.full_name": "Quite Another",
        "person.job_title": "Another",
        "person.phone": "+4930901820",
    }
)
"""What is asked about in place of a fixture's value, to see whether that makes a difference."""


async def check_sends(case: Case) -> None:
    """Each field in `sends` serves the question: in some fixture another value asks, or is answered, otherwise.

    What stands in no `sends` a connector cannot see (`Query.project`). What stands there without need is shown to it
    all the same, against data minimisation (GDPR Art. 5(1)(c)).
    """
    for name in case.manifest.sends:
        if not any([await _serves(case, fixture, name) for fixture in case.fixtures]):
            raise NotCertified("sends", f"{name} makes no difference in any fixture, so it need not be in sends")


async def _serves(case: Case, fixture: Fixture, name: str) -> bool:
    query = Query.project(case.manifest, fixture.facts)
    if name not in query:
        return False
    asked = _seen(await run_fixture(case, fixture))
    without = Query({each: value for each, value in query.items() if each != name})
    others = [Query({**query, name: _OTHERS[name]}), *([without] if without.suffices(case.manifest) else [])]
    return any([_seen(await run_fixture(case, fixture, other)) != asked for other in others])


def _seen(ended: Run) -> Sequence[object]:
    """What a question did, and what came of it."""
    return [ended.http.sent, ended.dns.asked, ended.site.fetched, ended.answer]


async def check_calls(case: Case) -> None:
    """No question makes more calls than `rate.calls`, for as many are counted; of one host, where each counts."""
    rate = case.manifest.rate
    for fixture in case.fixtures:
        hosts = [urlsplit(sent.url).hostname for sent in (await run_fixture(case, fixture)).http.sent]
        made = max(Counter(hosts).values(), default=0) if rate.each_host else len(hosts)
        if made > rate.calls:
            raise NotCertified("calls", f"{fixture.name} made {made} calls, and rate.calls says {rate.calls}")


QUESTION_CHECKS: Final[tuple[Callable[[Case], Awaitable[None]], ...]] = (check_sends, check_calls)
