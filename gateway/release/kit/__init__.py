"""What the ways out and the outbox share: the message, maps and recipes, permits, signing, the retry schedule."""
