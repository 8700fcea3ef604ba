"""Tests of the log's rows."""
