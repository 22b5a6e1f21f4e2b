"""`python -m itner`."""

from itner.cli.app import main

if __name__ == "__main__":
    main()
