"""Pure rules: who is told what, and when a delivery is tried again. No I/O."""
