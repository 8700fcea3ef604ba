"""Maps: reading one, rewriting a message with it, and judging the receiver's answer by it.

A document is either a whole map or three lines that use a recipe of `gateway/release/kit/recipes/`:

    recipe: salesforce-web-to-lead
    values: {oid: 00D000000000001}
    fields: {00N000000000001: data.lead.id}        # more fields, or others for the same names

Keys of a whole map: `about`, `format` (json or form), `sign`, `events`, `needs`, `fields`, `retract`, `success_when`,
`refused_when`, `response_id`; docs/how-to/map-to-a-crm.md explains each.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal, Self, TypeVar

import orjson
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consent.errors import PackSyntaxError
from consent.yaml_text import read_yaml
from gateway.errors import Fault
from gateway.release import EventType, Reply
from gateway.release.kit.mapping_model import BadMap, Object, Path, compile_fields, compile_path
from gateway.release.kit.mapping_model import Literal as Constant
from gateway.release.kit.mapping_values import CannotMap, encode_form, evaluate

_REMOTE_ID: Final = re.compile(r"[A-Za-z0-9_.:\-]{1,128}")
_LARGEST_MAP: Final = 64 * 1024
_RECIPES: Final = files("gateway.release.kit").joinpath("recipes")
Status = Annotated[int, Field(ge=100, le=599)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


StrictModel = TypeVar("StrictModel", bound=_Strict)


class Need(_Strict):
    """A value that the operator gives when using a recipe; `pattern` must match all of it."""

    about: str
    pattern: str
    default: str | None = None
    type: Literal["text", "integer"] = "text"


class Rule(_Strict):
    """What an answer must look like: all of what is given. `body` is JMESPath, true or false over a JSON answer."""

    status: list[Status] | None = None
    body: str | None = None
    headers_without: dict[str, str] = {}


class Document(_Strict):
    """A whole map as it is written."""

    about: str = ""
    format: Literal["json", "form"]
    sign: bool = True
    events: list[Literal["lead.created", "lead.updated"]] = ["lead.created", "lead.updated"]
    needs: dict[str, Need] = {}
    fields: dict[str, Any]
    retract: dict[str, Any] | None = None
    success_when: Rule = Rule()
    refused_when: Rule | None = None
    response_id: str | None = None


class Use(_Strict):
    """A recipe, the values it needs, and fields beside or instead of its own."""

    recipe: str
    values: dict[str, str | int] = {}
    fields: dict[str, Any] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """A compiled rule about an answer."""

    status: frozenset[int] | None
    body: ParsedResult | None = field(repr=False)
    headers_without: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, rule: Rule, pointer: str) -> Self:
        """Compile a rule.

        Raises:
            BadMap: its body is no JMESPath expression.
        """
        return cls(
            status=None if rule.status is None else frozenset(rule.status),
            body=None if rule.body is None else compile_path(rule.body, f"{pointer}/body"),
            headers_without=tuple((name.lower(), text) for name, text in rule.headers_without.items()),
        )

    def holds(self, reply: Reply) -> bool:
        """Say whether an answer is of this kind; one whose JSON cannot be read counts as null."""
        if self.status is not None and reply.status not in self.status:
            return False
        if any(text in reply.headers.get(name, "") for name, text in self.headers_without):
            return False
        return self.body is None or _search(self.body, _json(reply.body)) is True


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadMap:
    """A compiled map."""

    format: Literal["json", "form"]
    sign: bool
    events: frozenset[str]
    fields: Object = field(repr=False)
    retract: Object | None = field(repr=False)
    success: Judge
    refused: Judge | None
    response_id: ParsedResult | None = field(repr=False)

    @property
    def content_type(self) -> str:
        """The content type of what `render` makes."""
        return "application/json" if self.format == "json" else "application/x-www-form-urlencoded; charset=UTF-8"

    @property
    def judges_bodies(self) -> bool:
        """Whether an answer cannot be judged without its body."""
        return any(rule is not None and rule.body is not None for rule in (self.success, self.refused))

    def serves(self, event: EventType) -> bool:
        """Say whether the receiver can be told of this at all."""
        return self.retract is not None if event is EventType.RETRACTED else event.value in self.events

    def render(self, event: EventType, delivery_id: str, body: bytes) -> bytes:
        """Rewrite a message; the same message gives the same bytes.

        Raises:
            CannotMap: the receiver cannot be told of this event, a required field has no value, or an expression
                fails on this message.
        """
        template = self.retract if event is EventType.RETRACTED else self.fields
        if template is None or not self.serves(event):
            raise CannotMap(f"map:{event}_not_supported")
        made = evaluate(template, {**orjson.loads(body), "id": delivery_id})
        if self.format == "json":
            return orjson.dumps(made, option=orjson.OPT_SORT_KEYS)
        return encode_form(made)

    def remote_id(self, reply: Reply) -> str | None:
        """Read the receiver's own id for the lead; None when there is none or it is not written like an id."""
        found = None if self.response_id is None else _search(self.response_id, _json(reply.body))
        text = str(found) if isinstance(found, str | int) and not isinstance(found, bool) else ""
        return text if _REMOTE_ID.fullmatch(text) else None


def read_map(name: str, text: str) -> LeadMap:
    """Read and compile a map file (YAML, and so JSON too).

    Raises:
        BadMap: it is not of the language; the faults say where.
    """
    return compile_map(parse_map(name, text))


def parse_map(name: str, text: str) -> Mapping[str, Any]:
    """Read a map file into the document that a destination stores.

    Raises:
        BadMap: it is no strict YAML map, or over 64 kB.
    """
    if len(text) > _LARGEST_MAP:
        raise BadMap.at("", f"{name} is over 64 kB")
    try:
        document = read_yaml(name, text)
    except PackSyntaxError as error:
        raise BadMap.at("", f"{name} is not strict YAML: {error}") from None
    if not isinstance(document, dict):
        raise BadMap.at("", f"{name} must hold names and values")
    return document


def compile_map(document: Mapping[str, Any]) -> LeadMap:
    """Compile a map, or a recipe with its values.

    Raises:
        BadMap: it is not of the language; the faults say where.
    """
    if "recipe" not in document:
        return _compile(_read(Document, document), {})
    use = _read(Use, document)
    recipe = read_recipe(use.recipe)
    values = _values(recipe.needs, use.values)
    return _compile(recipe.model_copy(update={"fields": {**recipe.fields, **use.fields}}), values)


def recipes() -> Sequence[str]:
    """Name the recipes that come with Leadgate."""
    return sorted(each.name.removesuffix(".yaml") for each in _RECIPES.iterdir())


@cache
def read_recipe(name: str) -> Document:
    """Read a recipe.

    Raises:
        BadMap: there is none of this name.
    """
    if name not in recipes():
        raise BadMap.at("/recipe", f"there is no such recipe; there are {', '.join(recipes())}")
    text = _RECIPES.joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    return _read(Document, parse_map(name, text))


def _read(model: type[StrictModel], document: Mapping[str, Any]) -> StrictModel:
    try:
        return model.model_validate(dict(document))
    except ValidationError as error:
        faults = [
            Fault(pointer="".join(f"/{part}" for part in fault["loc"]), detail=fault["msg"])
            for fault in error.errors(include_input=False, include_url=False)
        ]
    raise _bad(faults)


def _values(needs: Mapping[str, Need], given: Mapping[str, str | int]) -> Mapping[str, str | int]:
    faults = [
        Fault(pointer=f"/values/{name}", detail="the recipe asks for no such value")
        for name in sorted(given.keys() - needs.keys())
    ]
    values: dict[str, str | int] = {}
    for name, need in needs.items():
        text = str(given.get(name, need.default or ""))
        if not re.fullmatch(need.pattern, text):
            faults.append(Fault(pointer=f"/values/{name}", detail=f"{need.about}, like {need.pattern}"))
        elif need.type == "integer":
            values[name] = int(text)
        else:
            values[name] = text
    if faults:
        raise _bad(faults)
    return values


def _bad(faults: Sequence[Fault]) -> BadMap:
    lines = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults)
    return BadMap(f"The map cannot be used: {lines}", faults=faults)


def _compile(document: Document, values: Mapping[str, Any]) -> LeadMap:
    if document.needs and not values:
        raise BadMap.at("/needs", "only a recipe needs values; write literals")
    fields = compile_fields(document.fields, "/fields", values)
    retract = None if document.retract is None else compile_fields(document.retract, "/retract", values)
    if document.format == "form":
        _check_flat(fields, "/fields")
        _check_flat(retract, "/retract")
    path = document.response_id
    return LeadMap(
        format=document.format,
        sign=document.sign,
        events=frozenset(document.events),
        fields=fields,
        retract=retract,
        success=Judge.of(document.success_when, "/success_when"),
        refused=None if document.refused_when is None else Judge.of(document.refused_when, "/refused_when"),
        response_id=None if path is None else compile_path(path, "/response_id"),
    )


def _check_flat(template: Object | None, pointer: str) -> None:
    for name, node in () if template is None else template.fields:
        if not isinstance(node, Path | Constant):
            raise BadMap.at(f"{pointer}/{name}", "a form has plain fields only: no object and no list")


def _json(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _search(path: ParsedResult, document: object) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return path.search(document)
    except JMESPathError:
        return None
