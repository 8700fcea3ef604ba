"""The work engines on both stores."""
