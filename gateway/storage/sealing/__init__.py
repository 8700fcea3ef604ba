"""Personal values on their way to columns and back: serial form, keys of subjects, seals."""
