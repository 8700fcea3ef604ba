"""What follows from facts: policies are data, read strictly, and applied by pure functions."""
