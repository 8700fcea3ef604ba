"""What the gateway remembers.

    migrations > sending > leads > people > vendors > counts, heartbeats, log, registers, sealing, windows > engine

`>` may import everything to its right. `engine` is the database itself on SQLite and PostgreSQL, `registers` what an
operator sets up; `sealing` turns personal values into columns, `people` holds the consent ledger and the policy's word,
`leads` the journal, `sending` the store's side of the sending protocol; `vendors` and `windows` are what all workers
share. Each keeps its own tables: `*/tables.py`. `migrations` knows them all.
"""
