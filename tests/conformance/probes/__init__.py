"""The suite for what probing remembers."""
