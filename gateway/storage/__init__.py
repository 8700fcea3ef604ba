"""What the gateway remembers.

    sending > leads > people > vendors > log, sealing, windows, migrations > engine > tables

`>` may import everything to its right. `engine` is the database itself on SQLite and PostgreSQL, `sealing` turns
personal values into columns, `people` holds the consent ledger and the policy's word, `leads` the journal, `sending`
the store's side of the sending protocol; `vendors` and `windows` are what all workers share.
"""
