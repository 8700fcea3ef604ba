"""Whom leads are about: contact points, the consent ledger, and the policy's word on a person."""
