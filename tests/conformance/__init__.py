"""Suites that find what they test by discovery."""
