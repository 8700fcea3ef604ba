"""The certificate, run for every connector that discovery finds."""
