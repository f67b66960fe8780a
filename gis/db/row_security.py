"""Row-level security: as whom the server logs in, and what a transaction sees (ADR 0019).

The rules themselves are in PostgreSQL: ``migrations/sql/2026_11_22_access``.
"""

from __future__ import annotations

import re
import secrets

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from gis.core.access import Scope
from gis.core.errors import Unavailable
from gis.db.cluster.settings import API_LOGIN
from gis.db.engine import driver_url, make_engine


def entering(scope: Scope | None) -> tuple[str, ...]:
    """Return the statements by which a transaction takes on a scope; none for the owner.

    Parameters
    ----------
    scope
        The area; its codes are checked here, as they become part of the statement.

    Raises
    ------
    ValueError
        A code is not twelve digits.
    """
    if scope is None:
        return ()
    if scope.is_whole:
        return ("SET LOCAL ROLE gridmap_whole",)
    if not all(re.fullmatch("[0-9]{12}", code) for code in scope.divisions):
        raise ValueError(f"not division codes: {scope.divisions}")
    counties = all(code.endswith("000000") for code in scope.divisions)
    role = "gridmap_counties" if counties else "gridmap_scoped"
    listed = ",".join(scope.divisions)
    return (f"SET LOCAL ROLE {role}", f"SET LOCAL gridmap.scope = '{{{listed}}}'")


def api_url(owner_url: str) -> URL:
    """Return the address at which the server logs in, where no password is asked for.

    Parameters
    ----------
    owner_url
        ``DATABASE_URL``, of the owner of the tables.

    Returns
    -------
    URL
        The same place, as ``gridmap_api``.
    """
    url = driver_url(owner_url)
    return URL.create(url.drivername, API_LOGIN, None, url.host, url.port, url.database, url.query)


def admit_api(owner_url: str) -> URL:
    """Let the server log in: give its login a fresh password where passwords are asked for.

    Parameters
    ----------
    owner_url
        ``DATABASE_URL``, of the owner of the tables; the schema is up to date.

    Returns
    -------
    URL
        Where the server logs in. The password is known to nobody else and is changed by the next
        call, so servers that share a database are given ``GRIDMAP_API_DATABASE_URL`` instead.

    Raises
    ------
    Unavailable
        The owner may not set the password; the message tells how to go on.
    """
    plain, owner = api_url(owner_url), driver_url(owner_url)
    if owner.password is None:
        return plain
    password = secrets.token_urlsafe(32)
    engine = make_engine(owner_url, statement_timeout_s=30, pool_size=1)
    try:
        with engine.begin() as connection:
            # It is our own alphabet, and ALTER ROLE takes no parameters.
            connection.execute(text(f"ALTER ROLE {API_LOGIN} PASSWORD '{password}'"))
    except DBAPIError as error:
        raise Unavailable(
            f"The database's owner may not set the password of {API_LOGIN}. As a superuser type:"
            f" ALTER ROLE {API_LOGIN} PASSWORD '…', and give the server"
            f" GRIDMAP_API_DATABASE_URL=postgresql://{API_LOGIN}:…@host/name",
            zh=f"数据库属主无权设置 {API_LOGIN} 的密码。请以超级用户执行 "
            f"ALTER ROLE {API_LOGIN} PASSWORD '…'，并设置 GRIDMAP_API_DATABASE_URL",
        ) from error
    finally:
        engine.dispose()
    return plain.set(password=password)
