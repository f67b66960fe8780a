"""The one place where configuration comes in; only entry points read it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Settings from the environment (prefix ``GRIDMAP_``, and ``DATABASE_URL``).

    See ``docs/settings.md``; a test keeps that page and this class alike.
    """

    model_config = SettingsConfigDict(env_prefix="GRIDMAP_", frozen=True, extra="forbid")

    @classmethod
    def variable(cls, field: str) -> str:
        """Return the environment variable of a field."""
        known = cls.model_fields.get(field)
        alias = known.validation_alias if known else field
        return str(alias or f"{cls.model_config.get('env_prefix')}{field.upper()}")

    database_url: str | None = Field(
        default=None,
        validation_alias="DATABASE_URL",
        description="PostgreSQL server to use; without it, the private cluster under .gridmap/.",
    )
    database: str = Field(
        default="gridmap",
        description="Database of the private cluster (the demo's is called gridmap_<profile>).",
    )
    state_dir: Path = Field(
        default=ROOT / ".gridmap",
        description="Where the private cluster and caches rest.",
    )
    profiles_dir: Path = Field(
        default=ROOT / "data" / "profiles",
        description="Where the deployment profiles (*.toml) are.",
    )
    host: str = Field(default="127.0.0.1", description="Address that the server listens on.")
    port: int = Field(default=8000, description="Port that the server listens on.", ge=1, le=65535)
    pool_size: int = Field(default=8, description="Database connections a process keeps.", ge=1)
    statement_timeout_s: float = Field(
        default=30.0, description="Longest time a statement of the API may run, in seconds."
    )
