"""The ``notifications`` command."""

from servicekit.cli import service_cli

main = service_cli("notifications")
