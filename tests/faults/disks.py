"""A real disk that is too small."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]


@contextmanager
def mounted(size_mib: int) -> Iterator[Path]:
    """A disk in memory that every account can walk to."""
    folder = Path(tempfile.mkdtemp(prefix="gridmap-small-"))
    folder.chmod(0o755)
    options = f"size={size_mib}m,mode=0755,uid={os.geteuid()},gid={os.getegid()}"
    subprocess.run(
        [*AS_ROOT, "mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], check=True
    )
    try:
        yield folder
    finally:
        subprocess.run([*AS_ROOT, "umount", str(folder)], check=True)
        folder.rmdir()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 16 MiB."""
    with mounted(16) as folder:
        yield folder
