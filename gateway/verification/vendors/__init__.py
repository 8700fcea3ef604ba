"""The words of vendors of e-mail checks, mapped to ours and ours to theirs: pure tables, one file per vendor."""
