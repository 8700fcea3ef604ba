"""The HTTP interface: one file per resource; `openapi.yaml` is its contract."""
