"""Measurements beside baselines: ratios in one run, since absolute times on shared machines mean little."""
