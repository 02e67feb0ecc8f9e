"""The command ``python -m neurosim``, the same as ``neurosim``."""

from neurosim.cli.main import main

if __name__ == "__main__":
    main()
