"""One function per business act, a module per subject. Each runs in its caller's transaction."""
