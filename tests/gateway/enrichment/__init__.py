"""Tests of asking connectors."""
