"""``python -m embodied_codeact``: the command line."""

from embodied_codeact.cli import main

if __name__ == "__main__":
    main()
