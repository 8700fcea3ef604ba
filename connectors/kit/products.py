"""Which product a vendor means, under whatever name: our slug, name and category of it, by `products.yaml`."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final, TypeVar

import yaml
from pydantic import Field

from connectors.kit.strict import Strict

OTHER: Final = "other"
"""The category of what no word places."""
_BETWEEN: Final = re.compile(r"[^a-z0-9]+")
_LONGEST: Final = 80

Meant = TypeVar("Meant")


class Product(Strict):
    """A product as we know it: `also` holds other names of it."""

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    name: str = Field(min_length=1)
    category: str
    also: tuple[str, ...] = ()


class _File(Strict):
    categories: Mapping[str, tuple[tuple[str, ...], ...]]
    nothing: tuple[tuple[str, ...], ...]
    products: tuple[Product, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The whole table, by slugs of words.

    Attributes:
        products: by the slug of each of their names.
        categories: our category by the slug of a vendor's word.
        nothing: words for what is no product.
    """

    products: Mapping[str, Product]
    categories: Mapping[str, str]
    nothing: frozenset[str]


def slug_of(name: str) -> str:
    """A name in lower case, in ASCII, with hyphens; empty when nothing of it is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _BETWEEN.sub("-", plain).strip("-")[:_LONGEST].strip("-")


def completed(raw: object) -> object:
    """Gives a vendor's technology our slug, name and category; None for what is no product.

    Args:
        raw: an object with a `slug` or a `name`, and with a `category` that is a vendor's word, or a list of words, the
            most telling first. What else stands in it is kept. Everything that is no object is returned as it is.
    """
    if not isinstance(raw, Mapping):
        return raw
    words = list(_texts(raw.get("category")))
    called = next(_texts([raw.get("name"), raw.get("slug")]), "")
    slug = next((found for text in _texts([raw.get("slug"), raw.get("name")]) if (found := slug_of(text))), "")
    product = table().products.get(slug) or table().products.get(slug_of(called))
    if product is not None:
        return {**raw, "slug": product.slug, "name": product.name, "category": product.category}
    if not slug or any(slug_of(word) in table().nothing for word in words):
        return None
    return {**raw, "slug": slug, "name": called, "category": category_of(words)}


def category_of(words: Sequence[str]) -> str:
    """Our category for a vendor's words, the first that is known; `other` when none is."""
    places = (table().categories.get(slug_of(word)) for word in words)
    return next((place for place in places if place is not None), OTHER)


@cache
def table() -> Table:
    """The table, read once."""
    text = files("connectors.kit").joinpath("products.yaml").read_text(encoding="utf-8")
    made = _File.model_validate(yaml.safe_load(text))
    products: dict[str, Product] = {}
    for product in made.products:
        _add(products, [product.slug, *map(slug_of, (product.name, *product.also))], product)
    categories: dict[str, str] = {OTHER: OTHER}
    for category, lines in made.categories.items():
        _add(categories, [category, *(slug_of(word) for line in lines for word in line)], category)
    strange = {product.category for product in made.products} - made.categories.keys()
    if strange:
        raise ValueError(f"products.yaml: {', '.join(sorted(strange))} is not a category")
    nothing = frozenset(slug_of(word) for line in made.nothing for word in line)
    return Table(products=MappingProxyType(products), categories=MappingProxyType(categories), nothing=nothing)


def _add(into: dict[str, Meant], slugs: Sequence[str], meant: Meant) -> None:
    """Adds words of one meaning; one that has another meaning already is a mistake in the table."""
    for slug in slugs:
        if into.setdefault(slug, meant) != meant:
            raise ValueError(f"products.yaml: {slug} stands for two things")


def _texts(raw: object) -> Iterator[str]:
    """The texts in a value, or in a list of values, that are not blank."""
    for each in raw if isinstance(raw, list) else [raw]:
        if isinstance(each, str) and each.strip():
            yield each.strip()
