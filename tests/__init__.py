"""Leadgate's tests: they mirror the packages."""
