"""The wiring: time, ids and the parts connected."""
