"""Tests of do-not-call registers."""
