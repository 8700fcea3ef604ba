"""What can be said of an e-mail address or a phone number: pure verdicts here, look-ups under `probes`."""
