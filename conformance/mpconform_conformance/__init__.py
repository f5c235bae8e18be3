"""What must hold: the requirements, the pytest suite that judges them, and the command line."""
