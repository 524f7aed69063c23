"""The ``households`` command."""

from servicekit.cli import service_cli

main = service_cli("households")

if __name__ == "__main__":
    main()
