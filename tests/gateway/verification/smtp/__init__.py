"""Tests of the reading of mail servers' replies."""
