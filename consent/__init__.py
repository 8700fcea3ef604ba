"""Consent: facts in, decision out; the ledger, the policy engine, suppression and permits, all of it pure."""
