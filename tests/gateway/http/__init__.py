"""Tests of the outgoing HTTP client."""
