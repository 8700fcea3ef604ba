"""What the ways in share: reading a body, naming its fields, the lead schema, spam signals, a source's settings."""
