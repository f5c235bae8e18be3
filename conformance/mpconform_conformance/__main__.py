"""Run the command line as ``python -m mpconform_conformance``."""

from mpconform_conformance.cli import main

if __name__ == "__main__":
    main()
