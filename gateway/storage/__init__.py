"""What the gateway remembers: tables, statements, the unit of work and its batching writer, migrations."""
