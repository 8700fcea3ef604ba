"""What every journal must do, and the one in memory that unit tests use."""
