"""Reading a manifest from its file, strictly, and the class of a connector that has no file but this one."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Final, cast

import yaml
from pydantic import ValidationError

from connectors.errors import BadPlugin
from connectors.kit.batching import Batched
from connectors.kit.contract import Connector
from connectors.kit.declared import Declared
from connectors.kit.manifest import Manifest

_MOST_BYTES: Final = 256 * 1024


_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Strict(_Fast):  # type: ignore[misc] # whichever this PyYAML has
    """Plain YAML in which a key that stands twice is refused."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's
        """Refuses a key that stands twice, which YAML forbids and PyYAML takes."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(key) for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.YAMLError(f"line {node.start_mark.line + 1}: {', '.join(twice)} stands twice")
        made: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return made


def read_yaml(text: str) -> object:
    """Reads YAML without repeated keys and without aliases.

    Raises:
        ValueError: it is none, or larger than a quarter of a megabyte; the message says where.
    """
    if len(text) > _MOST_BYTES:
        raise ValueError(f"larger than {_MOST_BYTES:,} characters")
    try:
        _check_aliases(text)
        read: object = yaml.load(text, _Strict)  # noqa: S506 - a SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ValueError(f"no such YAML as we read: {error}") from None
    return read


def _check_aliases(text: str) -> None:
    """Refuses aliases: by them a small file grows large."""
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Fast)):
        raise yaml.YAMLError("aliases are not read")


def manifest_of(file: Path) -> Manifest:
    """Reads a manifest's file.

    Raises:
        BadPlugin: it is no manifest; the message names the file and what is wrong in it.
    """
    try:
        return Manifest.model_validate(read_yaml(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadPlugin(file.name, in_words(error)) from None
    except (OSError, ValueError) as error:
        raise BadPlugin(file.name, str(error)) from None


def manifest_beside(module: str) -> Manifest:
    """Reads the manifest beside a plug-in's Python file: `manifest_beside(__file__)`.

    Raises:
        BadPlugin: there is none, or it is wrong.
    """
    return manifest_of(Path(module).with_suffix(".yaml"))


@cache
def declare(file: Path) -> type[Declared]:
    """Makes the connector of a manifest that needs no Python.

    Raises:
        BadPlugin: the manifest is wrong, or has no request.
    """
    made = manifest_of(file)
    if made.request is None:
        raise BadPlugin(file.name, "without a Python file beside it, it needs a request")

    base = Declared if made.batch is None else Batched

    class Plugin(base):  # type: ignore[misc, valid-type] # which of two, the manifest says
        """A connector by its manifest alone."""

        manifest: ClassVar[Manifest] = made
        home: ClassVar[Path] = file

    return Plugin


def priced(plugin: type[Connector], price: Decimal) -> type[Connector]:
    """The same connector, with what a unit costs by the operator's own contract in its manifest."""
    cost = plugin.manifest.cost.model_copy(update={"price": price})
    manifest = plugin.manifest.model_copy(update={"cost": cost})
    return cast("type[Connector]", type(plugin.__name__, (plugin,), {"manifest": manifest}))


def in_words(error: ValidationError) -> str:
    """What is wrong in a file, place by place, without the values that stand there."""
    faults = [f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}" for each in error.errors()]
    return "; ".join(faults[:5])
