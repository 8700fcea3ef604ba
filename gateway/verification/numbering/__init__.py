"""Reading phone numbers: a fast path built from libphonenumber's metadata, and the library behind it."""
