"""Tests of the verdict on a company."""
