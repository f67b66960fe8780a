"""The application: what is wired to what, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from anyio import to_thread
from fastapi import Depends, FastAPI
from sqlalchemy.engine import URL
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from api.admission.schemes import declare_schemes
from api.admission.security import cookie_name, needs
from api.deps.common import refuse_unknown_parameters
from api.deps.footing import Footings
from api.door.bodies import BodyMiddleware
from api.door.headers import HeadersMiddleware
from api.door.limits import RateMiddleware, RoomMiddleware
from api.door.proxies import ProxyMiddleware
from api.due import publishing_due
from api.health import MeterMiddleware, Meters
from api.kept.locating import LocatorHolder
from api.live.feed import Hub, build_of
from api.pages import access, edit, screen, shell
from api.pages.reference import add_reference
from api.pages.static_files import STATIC, VersionedStatic
from api.problems import add_handlers
from api.routes import (
    accounts,
    assets,
    audit,
    base_map,
    boards,
    boundary_uploads,
    changesets,
    deployment,
    divisions,
    events,
    generations,
    grids,
    health,
    households,
    live,
    locate,
    maps,
    persons,
    playback,
    playlists,
    scheduling,
    search,
    session,
    stats,
    talking,
)
from api.schemas.common import problems, settled
from gis.core.access import Power
from gis.core.errors import Unavailable
from gis.db.engine import make_engine
from gis.db.migrate import head_revision
from gis.db.row_security import api_url
from gis.grids.locator_files import LocatorFiles
from gis.privacy import KeyFile
from gis.settings import Settings

#: zlib's default costs half of its best and is as small to within a hundredth.
GZIP_LEVEL = 6


class Gridmap(FastAPI):
    """The application; its headers stand even on the answer to a mistake of ours."""

    def build_middleware_stack(self) -> ASGIApp:
        """Return what requests go through, from the outside in."""
        return HeadersMiddleware(super().build_middleware_stack())

    def openapi(self) -> dict[str, Any]:
        """Return the document of the routes, and of how requests say who asks."""
        if self.openapi_schema is None:
            document = settled(super().openapi())
            self.openapi_schema = declare_schemes(document, cookie_name(self.state.settings))
        return self.openapi_schema


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    settings
        From the environment by default.

    Returns
    -------
    FastAPI
        Opens the database when it starts, and needs it only when something is asked.

    Raises
    ------
    Unavailable
        No database is configured.
    """
    settings = settings or Settings()
    if not settings.database_url:
        raise Unavailable(
            "DATABASE_URL is not set; start with `./run demo` or `gridmap serve`.",
            zh="未设置 DATABASE_URL；请用 ./run demo 或 gridmap serve 启动。",
        )
    app = Gridmap(
        title="gridmap",
        summary="Governance grids (网格) of a county: where, who, how many.",
        version=_version(),
        lifespan=_lifespan,
        # The pages that FastAPI brings load their scripts from the internet (promise 6).
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.settings = settings
    app.state.profiles_dir = settings.profiles_dir
    app.state.profiles = {}
    app.state.person_keys = KeyFile(settings.person_keys)
    app.state.base_map = base_map.base_map_of(settings)
    add_handlers(app)
    app.add_middleware(GZipMiddleware, compresslevel=GZIP_LEVEL)
    _add_limits(app, settings)
    app.add_middleware(MeterMiddleware)
    app.add_middleware(ProxyMiddleware, trusted=settings.trusted_proxies)
    _add_routes(app)
    return app


def _add_limits(app: FastAPI, settings: Settings) -> None:
    """Add what refuses requests; the last added is asked first."""
    app.add_middleware(BodyMiddleware, longest=settings.max_body_mb * 1_000_000)
    app.add_middleware(RoomMiddleware, most=settings.max_concurrent)
    app.add_middleware(
        RateMiddleware, per_minute=settings.rate_per_minute, cookie=cookie_name(settings)
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    limit_s, login = settings.statement_timeout_s, _login(settings)
    # A thread for whoever has room: a request that holds a connection would else wait for a
    # thread behind those that wait for its connection, until all of them give up.
    to_thread.current_default_thread_limiter().total_tokens = settings.max_concurrent
    engine = make_engine(login, statement_timeout_s=limit_s, pool_size=settings.pool_size)
    builder = make_engine(login, statement_timeout_s=limit_s, pool_size=1)
    app.state.engine = engine
    app.state.locators = LocatorHolder(builder, LocatorFiles(settings.state_dir / "locators"))
    app.state.footings = Footings(app)
    app.state.meters = Meters(engine)
    app.state.head_revision = head_revision()
    hub = app.state.hub = Hub(engine, login, limit_s, build_of(app.version, STATIC))
    app.state.meters.streams.set_function(lambda: hub.clients)
    async with publishing_due(engine):
        yield
    await hub.close()
    app.state.footings.close()
    if app.state.base_map is not None:
        app.state.base_map.close()
    engine.dispose()
    builder.dispose()


def _login(settings: Settings) -> URL | str:
    """Return where the server logs in: never as the owner of the tables (ADR 0019)."""
    if settings.api_database_url is not None:
        return settings.api_database_url.get_secret_value()
    return api_url(settings.database_url or "")


def _add_routes(app: FastAPI) -> None:
    strict = [Depends(refuse_unknown_parameters), needs(Power.STATISTICS)]
    errors = problems()
    # The one that is asked most stands first: routes are tried one after the other.
    for part in (locate, deployment, divisions, stats, grids, households, events, maps, search):
        app.include_router(part.router, dependencies=strict, responses=errors)
    for part in (base_map, boards, persons, audit, generations, changesets, scheduling, talking):
        app.include_router(part.router, dependencies=strict, responses=errors)
    for part in (assets, boundary_uploads, playback, playlists, live):
        app.include_router(part.router, dependencies=strict, responses=errors)
    for part in (session, accounts):
        app.include_router(part.router, dependencies=strict[:1], responses=errors)
    app.include_router(access.router)
    app.include_router(edit.router)
    app.include_router(screen.router)
    app.include_router(health.router, responses=errors)
    add_reference(app)
    app.include_router(shell.router)
    app.mount("/static", VersionedStatic(directory=STATIC), name="static")


def _version() -> str:
    try:
        return version("gridmap")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0"
