"""The application: what is wired to what, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from fastapi import Depends, FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api import pages
from api.deps import refuse_unknown_parameters
from api.health import MeterMiddleware, Meters
from api.locating import LocatorHolder
from api.problems import add_handlers
from api.reference import add_reference
from api.routes import (
    deployment,
    divisions,
    events,
    grids,
    health,
    households,
    locate,
    maps,
    search,
    stats,
)
from gis.core.errors import Unavailable
from gis.db.engine import make_engine
from gis.db.migrate import head_revision
from gis.grids.locator_files import LocatorFiles
from gis.settings import Settings

STATIC = Path(__file__).resolve().parents[1] / "web" / "static"
#: zlib's default costs half of its best and is as small to within a hundredth.
GZIP_LEVEL = 6


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
    app = FastAPI(
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
    add_handlers(app)
    app.add_middleware(GZipMiddleware, compresslevel=GZIP_LEVEL)
    app.add_middleware(MeterMiddleware)
    _add_routes(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    engine = make_engine(
        settings.database_url or "",
        statement_timeout_s=settings.statement_timeout_s,
        pool_size=settings.pool_size,
    )
    app.state.engine = engine
    app.state.locators = LocatorHolder(LocatorFiles(settings.state_dir / "locators"))
    app.state.meters = Meters(engine)
    app.state.head_revision = head_revision()
    yield
    engine.dispose()


def _add_routes(app: FastAPI) -> None:
    strict = [Depends(refuse_unknown_parameters)]
    for part in (deployment, divisions, stats, grids, households, events, locate, search):
        app.include_router(part.router, dependencies=strict)
    app.include_router(health.router)
    add_reference(app)
    app.include_router(maps.router)
    app.include_router(pages.router)
    app.mount("/static", VersionedStatic(directory=STATIC), name="static")


class VersionedStatic(StaticFiles):
    """Files that are asked for with a version never change; all others are checked each time."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file with what a browser may keep of it."""
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope.get("query_string", b"")
        kept = "public, max-age=31536000, immutable" if versioned else "no-cache"
        response.headers.setdefault("Cache-Control", kept)
        return response


def _version() -> str:
    try:
        return version("gridmap")
    except PackageNotFoundError:  # run from a checkout that was not installed
        return "0"
