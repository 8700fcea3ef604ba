"""Tests of the firmographic connectors: one file each, with the case for its certificate."""
