"""Sunshine for operators: the ``sunshine`` command, and all three services in one process."""
