"""The store: units, batches, both dialects, migrations."""
