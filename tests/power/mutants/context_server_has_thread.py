"""Context: the fork server has a second thread.

Breaks: the fork server is single-threaded (CONTEXT-SERVER).
The mistake: a module that is preloaded starts a thread when it is imported.
"""

import multiprocessing
import sys
import threading

from mutants.context_support import replaced

if "multiprocessing.forkserver" in " ".join(sys.orig_argv):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
else:
    multiprocessing.set_forkserver_preload([__name__])
replaced(__name__)
