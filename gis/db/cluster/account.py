"""The operating-system account that runs PostgreSQL, and where it may keep its files.

PostgreSQL refuses to run as root, so root drops to an unprivileged account. That account must be
able to walk to the data directory; a checkout under ``/root`` does not let it, and then the data
goes to ``/var/lib``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gis.core.errors import Unavailable
from gis.db.cluster.failures import not_ours

# sockaddr_un holds 108 bytes with the closing zero; the longest name is ".s.PGSQL.65535.lock".
SOCKET_PATH_BYTES = 107
FIRST_PERSON_UID = 1000
SOCKET_NAME_BYTES = len("/.s.PGSQL.65535.lock")


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL.

    Attributes
    ----------
    uid, gid
        Numbers of the account.
    dropped
        Whether we are root and must change to it.
    """

    uid: int
    gid: int
    dropped: bool

    def run(
        self, command: Sequence[str | Path], *, cwd: Path = Path("/")
    ) -> subprocess.CompletedProcess[str]:
        """Run ``command`` as the account, with English messages and none of our ``PG*`` settings.

        Parameters
        ----------
        command
            Program and arguments.
        cwd
            Working directory.

        Returns
        -------
        subprocess.CompletedProcess
            Standard output and error as text, both in ``stdout``.
        """
        return subprocess.run(  # noqa: S603  # a list of words, no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            cwd=cwd,
            umask=0o077,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "HOME": "/"},
            user=self.uid if self.dropped else None,
            group=self.gid if self.dropped else None,
            extra_groups=() if self.dropped else None,
        )

    def can_walk_to(self, folder: Path) -> bool:
        """Tell whether the account may enter ``folder``; asked of the kernel, so ACLs count."""
        return self.run(["test", "-x", folder]).returncode == 0

    def hand_over(self, path: Path) -> None:
        """Give a file or folder that we made as root to the person who owns the checkout.

        A system account such as ``postgres`` is given only what is its own.
        """
        if self.dropped and self.uid >= FIRST_PERSON_UID:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def make_private_dir(self, folder: Path) -> None:
        """Make ``folder`` the account's own, closed to everybody else.

        Raises
        ------
        Unavailable
            Somebody else owns it, or we may not make it.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.dropped and os.lstat(folder).st_uid == 0:
                os.chown(folder, self.uid, self.gid, follow_symlinks=False)
            found = os.lstat(folder)
            if stat.S_ISDIR(found.st_mode) and found.st_uid == self.uid:
                folder.chmod(0o700)
                return
        except OSError as error:
            raise not_ours(folder, error.strerror or str(error)) from error
        raise not_ours(folder, f"it belongs to user number {found.st_uid}")

    def write_private(self, path: Path, text: str) -> None:
        """Write a file of mode 0600 that the account owns, whole or not at all.

        The folder belongs to an account with fewer rights than ours, so nothing in it is
        followed or overwritten in place.
        """
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if self.dropped:
                os.fchown(handle, self.uid, self.gid)
            file.write(text)
        fresh.replace(path)


def choose_account(state_dir: Path) -> Account:
    """Return ourselves, or as root the account to drop to.

    Parameters
    ----------
    state_dir
        Root takes the account of whoever owns this folder (or the nearest folder above it that
        exists), so that the person and ``sudo`` can take turns; ``postgres`` or ``nobody`` where
        that is root too.

    Returns
    -------
    Account

    Raises
    ------
    Unavailable
        We are root, and there is no account to drop to.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), dropped=False)
    owner = next(p for p in (state_dir, *state_dir.parents) if p.exists()).stat()
    if owner.st_uid != 0 and _known(owner.st_uid):
        return Account(owner.st_uid, owner.st_gid, dropped=True)
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid, dropped=True)
    raise Unavailable(
        "PostgreSQL does not run as root, and there is no account 'postgres' or 'nobody' to run "
        "it as. Type: useradd --system postgres",
        zh="PostgreSQL 不能以 root 身份运行,而系统没有 postgres 或 nobody 账户。"
        "请执行:useradd --system postgres",
    )


def _known(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def outside_home(state_dir: Path) -> Path:
    """Return the folder that stands in when the account cannot walk to ``state_dir``."""
    return Path("/var/lib") / f"gridmap-{_mark(state_dir)}"


def socket_dir(home: Path, account: Account) -> Path:
    """Return a folder for the socket whose path is short enough for the kernel.

    Parameters
    ----------
    home
        Folder of the cluster; the socket rests in ``home/run`` unless that is too long.
    account
        Who runs PostgreSQL.
    """
    own = home / "run"
    if len(os.fsencode(own)) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES:
        return own
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    short = Path("/tmp")  # noqa: S108  # made private, and its owner is checked
    if not account.dropped and os.access(runtime, os.W_OK) and len(os.fsencode(runtime)) < 60:
        short = Path(runtime)
    return short / f"gridmap-{account.uid}-{_mark(home)}"


def _mark(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
