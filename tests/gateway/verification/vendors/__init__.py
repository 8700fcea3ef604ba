"""Tests of the maps of vendors' words."""
