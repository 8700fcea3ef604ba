"""The database itself: unit of work, batching writer, and what SQLite and PostgreSQL each do their own way."""
