"""House rules: what the tools cannot say about the code, its documents and its packaging, held by tests."""
