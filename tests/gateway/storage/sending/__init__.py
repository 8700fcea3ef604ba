"""Tests of what is sent, in which order, and what came of it."""
