"""Request bodies: JSON, read by pydantic from the bytes, with faults that name places and never values."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request

from gateway.errors import Invalid, Malformed
from gateway.intake.kit.faults import faults, position

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """A body: unknown fields are refused, and no fault repeats what was sent."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True, allow_inf_nan=False)


class Json(Generic[Model]):
    """Reads a body of one kind; a FastAPI dependency."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    async def __call__(self, request: Request) -> Model:
        """Read it.

        Raises:
            Malformed: it is no JSON.
            TooLarge: it is over the limit.
            Invalid: it is JSON of another shape.
        """
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media != "application/json" and not media.endswith("+json"):
            raise Malformed("JSON is needed here: send Content-Type: application/json.")
        try:
            return self.model.model_validate_json(await request.body())
        except ValidationError as error:
            if (where := position(error)) is not None:
                raise Malformed(f"The body is no valid JSON: see {where}.") from None
            raise Invalid(faults=faults(error)) from None
