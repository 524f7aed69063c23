"""Pure rules: no database, no wire, no clock."""
