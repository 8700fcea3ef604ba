"""Request bodies: JSON, read by pydantic from the bytes, with faults that name places and never values."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from gateway.errors import Invalid, Malformed
from gateway.intake.kit.faults import faults, position
from gateway.intake.kit.media import check_coding, check_json, no_json, without_bom
from gateway.intake.kit.twice import check_names

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A body: unknown fields are refused, and no fault repeats what was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, allow_inf_nan=False)


class Json(Generic[Model]):
    """Reads a body of one kind; a FastAPI dependency."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        names = [each.alias or name for name, each in model.model_fields.items()]
        self.unknown = f"This field is unknown here; the call takes {', '.join(names)}."

    async def __call__(self, request: Request) -> Model:
        """Read it.

        Raises:
            Malformed: it is no JSON, or has a name twice.
            TooLarge: it is over the limit.
            Unsupported: it is compressed, or in another charset.
            Invalid: it is JSON of another shape.
        """
        check_json(request.headers.get("content-type", ""))
        check_coding(request.headers.get("content-encoding"))
        body = without_bom(await request.body())
        check_names(body)
        try:
            return self.model.model_validate_json(body)
        except ValidationError as error:
            if (where := position(error)) is not None:
                raise Malformed(no_json(body, where)) from None
            raise Invalid(faults=faults(error, self.unknown)) from None
