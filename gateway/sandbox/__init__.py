"""A loopback world to try everything in: DNS, vendor replies, mail and a webhook inbox, all on this machine."""
