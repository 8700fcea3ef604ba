"""Tests of what is sealed and what stays in clear."""
