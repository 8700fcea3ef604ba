"""The contract as the application tells it, made once a run: nobody changes it."""

from functools import cache
from typing import Any

from gateway.api.app import bare
from gateway.api.openapi import document


@cache
def contract() -> dict[str, Any]:
    """The OpenAPI document."""
    return document(bare())
