"""Run the command line: ``python -m tostrack``."""

from tostrack.cli import main

if __name__ == "__main__":
    main()
