"""The HTTP interface, called in this process against a whole gateway."""
