"""What people and programs ask of the gateway, once for the HTTP interface and the command line alike.

Each act is one transaction with one audit entry; who asks is an argument. A rung above storage and below wiring.
"""
