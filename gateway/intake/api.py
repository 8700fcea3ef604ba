"""The way in for programs: the JSON of `POST /v1/leads` and `POST /v1/leads:batch`."""

from typing import ClassVar, Final

from pydantic import ValidationError
from pydantic_core import from_json, to_json

from gateway.errors import Fault, Malformed, TooLarge
from gateway.intake import API_VERSION, Reading, Rejected, RequestContext
from gateway.intake.kit.convert import time_faults, to_submission
from gateway.intake.kit.faults import faults, position
from gateway.intake.kit.media import check_json, no_json
from gateway.intake.kit.schema import LeadIn
from gateway.intake.kit.settings import SourceSettings
from gateway.intake.kit.twice import check_names
from gateway.lead import Submission

MAX_ITEMS: Final = 1000
"""Most leads in one batch."""
BATCH_FACTOR: Final = 16
"""A batch may be this many times as large as one lead."""
_UNKNOWN: Final = "This field is unknown; put it under `attributes`."


class Plugin:
    """Reads one lead, or many as `{"leads": [...]}` or a bare array; a bad one never stops the others."""

    api_version: ClassVar[int] = API_VERSION
    kind: ClassVar[str] = "api"

    def read(self, body: bytes, content_type: str, source: SourceSettings, context: RequestContext) -> Reading:
        """See `gateway.intake.WayIn.read`."""
        check_json(content_type)
        largest = source.max_body * (BATCH_FACTOR if context.batch else 1)
        if len(body) > largest:
            raise TooLarge(f"At most {largest} bytes are taken here.")
        check_names(body)
        items = _items(body) if context.batch else (body,)
        return Reading(entries=tuple(_entry(item, source, context) for item in items))


def _items(body: bytes) -> tuple[bytes, ...]:
    try:
        whole = from_json(body, allow_inf_nan=False)
    except ValueError:
        raise _no_json(body, "the body ends or breaks off") from None
    items = whole.get("leads") if isinstance(whole, dict) and whole.keys() == {"leads"} else whole
    if not isinstance(items, list):
        raise Malformed('An array of leads is needed here: {"leads": [...]}.')
    if not items:
        raise Malformed("At least one lead is needed here.")
    if len(items) > MAX_ITEMS:
        raise TooLarge(f"At most {MAX_ITEMS} leads are taken at once.")
    return tuple(to_json(item) for item in items)


def _entry(item: bytes, source: SourceSettings, context: RequestContext) -> Submission | Rejected:
    try:
        lead = LeadIn.model_validate_json(item)
    except ValidationError as error:
        if (where := position(error)) is not None:
            raise _no_json(item, where) from None
        return Rejected(faults=faults(error, _UNKNOWN))
    key = lead.source or source.key
    if key != source.key and key not in context.other_sources:
        return Rejected(
            faults=(Fault(pointer="/source", detail="This key does not write to that source; leave it out."),)
        )
    if wrong := time_faults(lead, context.received_at):
        return Rejected(faults=wrong)
    return to_submission(lead, key, context.received_at)


def _no_json(body: bytes, where: str) -> Malformed:
    return Malformed(
        no_json(body, where),
        faults=(Fault(pointer="", detail=f"Valid JSON is needed; it breaks at {where}."),),
    )
