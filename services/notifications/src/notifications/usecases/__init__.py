"""What this service does, one function per business act."""
