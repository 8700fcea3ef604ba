"""Tests of what a company's own pages say."""
