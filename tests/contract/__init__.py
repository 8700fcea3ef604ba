"""openapi.yaml: held equal to the application, and the application held to it."""
