"""What all workers share about vendors: rate windows and slots, records of paid calls, and sealed answers.

Implements the Protocols of `gateway.enrichment.ports` without importing them: storage stands below.
"""
