"""One test process makes machine code, the others wait for it and take it from disk.

In a fresh checkout nothing is compiled yet, and each process would compile all of it: half a minute
of a core for each, at the moment when all of them need it.
"""

from __future__ import annotations

import fcntl
from pathlib import Path

from numba.core.compiler_lock import global_compiler_lock
from numba.core.dispatcher import Dispatcher


def take_turns(folder: Path) -> None:
    """Let one process at a time compile a function, among those that share a folder for locks."""
    compile_here = Dispatcher.compile
    held: set[str] = set()

    def compile_alone(self: Dispatcher, sig: object) -> object:
        name = f"{self.py_func.__module__}.{self.py_func.__qualname__}"
        # Threads queue before they hold a lock file that another thread's function may call for.
        with global_compiler_lock:
            if name in held:  # it calls itself
                return compile_here(self, sig)
            with (folder / f"{name}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                held.add(name)
                try:
                    return compile_here(self, sig)
                finally:
                    held.remove(name)

    Dispatcher.compile = compile_alone
