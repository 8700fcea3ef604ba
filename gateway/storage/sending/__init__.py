"""The sending protocol's side of the store: destinations, deliveries, claims of attempts, what came of them."""
