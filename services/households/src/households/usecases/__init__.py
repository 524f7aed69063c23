"""What people do here, one function per act; every change and its events in one transaction."""
