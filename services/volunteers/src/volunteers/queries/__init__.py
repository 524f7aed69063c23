"""Reads: what the service answers without changing anything."""
