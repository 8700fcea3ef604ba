"""Tests of what the ways in share."""
