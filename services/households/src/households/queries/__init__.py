"""Reads: they change nothing, and go straight to the tables."""
