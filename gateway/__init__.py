"""The gateway application: the only package that knows connectors, consent and audit."""
