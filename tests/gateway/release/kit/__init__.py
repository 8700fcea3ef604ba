"""Tests of what the ways out share."""
