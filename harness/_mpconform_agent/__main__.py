"""``python -m _mpconform_agent MODULE METHOD FOLDER DESCRIPTOR``: be the agent."""

import sys

if __name__ == "__main__":
    from _mpconform_agent.serve import main

    sys.exit(main(sys.argv[1:]))
