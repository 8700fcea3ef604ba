"""What all workers share about vendors: calls under way, records of paid calls, spends, sealed answers, erasure feeds.

What is known of mail servers that are asked for mailboxes stands beside it. It implements the Protocols of
`gateway.enrichment.ports` without importing them: storage stands below.
"""
