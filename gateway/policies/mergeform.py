"""The form of a merge policy's file: what may stand where, and in which words a fault is told."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StringConstraints
from pydantic import model_validator as checked

from connectors.kit.schema import FIELDS
from gateway.policies.merge import OTHERS, VERSION, Authority, FieldRule, MergePolicy, Strategy, problem_of


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _current(version: object) -> object:
    if type(version) is not int or version != VERSION:
        raise ValueError(f"is {VERSION}, without quotes")
    return version


def _ordered(steps: Authority) -> Authority:
    named = [name for step in steps for name in step]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise ValueError(f"{twice[0]} stands there twice")
    if OTHERS not in named:
        raise ValueError(f'has no ["{OTHERS}"], which says where the connectors stand that it does not name')
    if not all(steps):
        raise ValueError("has an empty step")
    return steps


def _known(name: str) -> str:
    if name not in FIELDS:
        raise ValueError("is no field of the schema (docs/reference/released-lead.md lists them)")
    return name


_Connector = Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]{0,40}|\*)$")]
_Order = Annotated[tuple[tuple[_Connector, ...], ...], AfterValidator(_ordered)]
_Field = Annotated[str, AfterValidator(_known)]


class RuleForm(_Strict):
    """How one field, or one kind of fields, is merged."""

    strategy: Strategy
    sources: Annotated[StrictInt, Field(ge=2, le=20)] | None = None
    authority: _Order | None = None

    @checked(mode="after")
    def _fits(self) -> "RuleForm":
        if (self.sources is not None) is not (self.strategy is Strategy.CONSENSUS):
            needed = self.strategy is Strategy.CONSENSUS
            raise ValueError("consensus needs sources" if needed else "sources belongs to consensus")
        return self

    def value(self) -> FieldRule:
        """The rule as the policy has it."""
        return FieldRule(strategy=self.strategy, sources=self.sources or 2, authority=self.authority)


class MergeForm(_Strict):
    """The whole file."""

    version: Annotated[int, BeforeValidator(_current)]
    authority: _Order
    one: RuleForm
    many: RuleForm
    fields: dict[_Field, RuleForm] = {}

    @checked(mode="after")
    def _holds_together(self) -> "MergeForm":
        for name, form in (("one", self.one), ("many", self.many), *self.fields.items()):
            if (problem := problem_of(name, form.value())) is not None:
                raise ValueError(f"{name}: {problem}")
        return self

    def value(self) -> MergePolicy:
        """The policy that it says."""
        return MergePolicy(
            version=self.version,
            authority=self.authority,
            one=self.one.value(),
            many=self.many.value(),
            fields={name: form.value() for name, form in self.fields.items()},
        )
