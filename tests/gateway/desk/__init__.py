"""The desks: what people and callers ask for, and what becomes of it."""
