"""Leads at rest: on their way in, as rows, and each move of the journey committed whole."""
