"""Tests of the reading of pages and the detection of technologies."""
