"""Tests of the technographic connectors: one file each, with the case for its certificate."""
