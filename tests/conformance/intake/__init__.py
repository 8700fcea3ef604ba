"""What every way in must satisfy, found by discovery."""
