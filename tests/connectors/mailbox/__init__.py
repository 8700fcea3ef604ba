"""Tests of the mailbox connectors: one file each, with the case for its certificate."""
