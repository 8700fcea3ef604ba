"""The contract as a file: `python -m gateway.api.contract > openapi.yaml` writes it."""

import sys
from typing import Any

import yaml

from gateway.api.app import bare
from gateway.api.openapi import document


def text(found: dict[str, Any]) -> str:
    """The document as YAML, the same for the same application."""
    return yaml.safe_dump(found, sort_keys=False, allow_unicode=True, width=120)


if __name__ == "__main__":
    sys.stdout.write(text(document(bare())))
