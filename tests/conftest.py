"""What all tests need of the process that they run in."""

import signal


def pytest_configure() -> None:
    """Let Ctrl-C be heard, here and in what the tests start.

    A shell makes its background jobs ignore it, and their children inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
