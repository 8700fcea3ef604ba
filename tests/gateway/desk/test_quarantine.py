"""What stands in clear of a request that was kept aside."""

import pytest

from gateway.desk.quarantine import plain_media


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("application/json", "application/json"),
        ("Multipart/Form-Data; boundary=ada.lovelace", "multipart/form-data"),
        ("application/vnd.acme+json;charset=utf-8", "application/vnd.acme+json"),
        ("", "application/octet-stream"),
        ("ada@acme.example", "application/octet-stream"),
        ("text/ada@acme.example", "application/octet-stream"),
        ("text/plain/ada", "application/octet-stream"),
        ("text/" + "a" * 128, "application/octet-stream"),
    ],
)
def test_the_column_holds_a_media_type_alone(sent: str, kept: str) -> None:
    """No parameter, and nothing that merely stands where a media type should."""
    assert plain_media(sent) == kept
