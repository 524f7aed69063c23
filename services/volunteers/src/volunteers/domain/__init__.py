"""The rules of helping, pure: no database, no network, no clock."""
