"""The audit log's rows: entries written with what they record, and the store the sequencer works on."""
