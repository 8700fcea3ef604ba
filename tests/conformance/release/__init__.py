"""What every way out must do, whoever wrote it."""
