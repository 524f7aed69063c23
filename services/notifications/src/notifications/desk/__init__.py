"""The desk: the page on which staff see what waits, and act."""
