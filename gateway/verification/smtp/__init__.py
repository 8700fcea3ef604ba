"""What a mail server's reply says about a mailbox, about its domain, or about us: pure, and the probes ask it."""
