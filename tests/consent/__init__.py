"""Tests of the consent package: its laws, its packs, its permits."""
