"""The ``notifications`` command."""

from servicekit.cli import service_cli

main = service_cli("notifications")

if __name__ == "__main__":
    main()
