"""The ``volunteers`` command: its migrations. Everything else is the ``sunshine`` command's."""

from servicekit.cli import service_cli

main = service_cli("volunteers")

if __name__ == "__main__":
    main()
