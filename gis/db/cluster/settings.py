"""PostgreSQL's settings in the private cluster: who may enter, and how it uses the machine."""

from __future__ import annotations

import os
from pathlib import Path

SUPERUSER = "gridmap"
#: What the HTTP server logs in as; see `gis.db.row_security`.
API_LOGIN = "gridmap_api"

HBA = f"""\
# Written by gridmap. Over the socket: the account that runs the server, and root, without a
# password (the kernel vouches for them). Everything else needs its own password.
local all {SUPERUSER} peer map={SUPERUSER}
local all {API_LOGIN} peer map={SUPERUSER}
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""

_TEMPLATE = """\
# Written by gridmap at each start; changes here are lost.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = {socket_dir}
unix_socket_permissions = 0700
max_connections = 100
password_encryption = 'scram-sha-256'

# Sized for the machine and for loading hundreds of thousands of rows at once.
shared_buffers = {shared_buffers_mib}MB
effective_cache_size = {cache_mib}MB
maintenance_work_mem = 256MB
work_mem = 32MB
max_wal_size = 2GB
checkpoint_timeout = 15min
wal_compression = on
random_page_cost = 1.1
# Our statements are short; compiling them costs more than it saves.
jit = off

# What was committed stays committed, whatever is killed or unplugged.
fsync = on
synchronous_commit = on

log_timezone = 'UTC'
timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
# The statements hold what people wrote about events: they are not repeated where one fails.
log_min_error_statement = panic
"""


def ident_text(account: str) -> str:
    """Return ``pg_ident.conf``: root and the server's own account may be either role."""
    return "".join(
        f"{SUPERUSER} {name} {role}\n"
        for name in sorted({"root", account})
        for role in (SUPERUSER, API_LOGIN)
    )


def settings_text(port: int, socket_dir: Path) -> str:
    """Return ``gridmap.conf``.

    Parameters
    ----------
    port
        Free TCP port of 127.0.0.1.
    socket_dir
        Folder for the Unix socket.
    """
    memory_mib = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    return _TEMPLATE.format(
        port=port,
        socket_dir=_quote(socket_dir),
        shared_buffers_mib=min(1024, max(128, memory_mib // 16)),
        cache_mib=max(256, memory_mib // 2),
    )


def _quote(folder: Path) -> str:
    # A list inside a string: double quotes keep commas and blanks of the path together.
    inner = '"' + str(folder).replace('"', '""') + '"'
    return "'" + inner.replace("\\", "\\\\").replace("'", "''") + "'"
