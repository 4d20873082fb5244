"""``python -m utbud`` is the same as ``utbud``."""

from utbud.cli import main

if __name__ == "__main__":
    main()
