"""The wire: plain sockets beside the backend's connections, and what a process may take of memory.

Nothing of the backend is used.  The sockets are the standard library's, so that later steps can call
their methods; what they raise is the doing of the other side, and is recorded like any exception.
"""

import os
import resource
import socket

__all__ = ("memory_limit", "memory_peak", "wire", "wire_listen")


def _family(address):
    return socket.AF_UNIX if isinstance(address, str) else socket.AF_INET


def wire(place):
    """Return a socket that is connected to address *place*; raises Blamed if nobody lets it connect."""
    from _mpconform_agent.verbs import Blamed

    made = socket.socket(_family(place))
    try:
        made.connect(place)
    except (OSError, TypeError, ValueError) as error:  # Also if what was told is no address.
        made.close()
        raise Blamed(error) from error
    return made


def wire_listen():
    """Return a socket that listens at some port of this machine."""
    made = socket.socket(socket.AF_INET)
    made.bind(("127.0.0.1", 0))
    made.listen(8)
    return made


def memory_limit(room):
    """Let this process have at most *room* bytes of addresses more than it has now."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm", "rb") as file:
        now = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (now + room, hard))


def memory_peak():
    """Return the most memory that this process ever had resident, in bytes."""
    with open("/proc/self/status", "rb") as file:
        for line in file:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * 1024
    raise LookupError("this kernel does not tell VmHWM")
