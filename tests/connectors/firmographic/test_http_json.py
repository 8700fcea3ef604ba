"""The own service in Leadgate's field names: nothing of the schema is left out."""

from connectors.firmographic import discover
from connectors.kit.schema import FIELDS

MANIFEST = discover()["http_json"].manifest


def test_every_field_of_a_company_is_mapped_by_its_name() -> None:
    """A field that the schema gains is taken from the member of that name."""
    fields = {name for name in FIELDS if name.startswith("company.")}
    assert set(MANIFEST.provides) == fields
    assert {name: mapped.path for name, mapped in MANIFEST.map.items()} == {
        name: name.removeprefix("company.") for name in fields
    }
