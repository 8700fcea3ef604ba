"""Work that is done after the commit: enqueued in a unit of work, run by a handler of its name, at least once."""
