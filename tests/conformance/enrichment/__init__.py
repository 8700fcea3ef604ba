"""Suites for the stores behind enrichment: windows, cache and call records."""
