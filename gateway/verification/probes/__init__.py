"""The look-ups behind a verdict: DNS, lists, and the verifier that asks them in the right order."""
