"""The one place where configuration comes in; only entry points read it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
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
    api_database_url: SecretStr | None = Field(
        default=None,
        description="Where the server logs in, as gridmap_api; without it, derived from"
        " DATABASE_URL when it starts.",
    )
    anonymous: Literal["none", "statistics", "demo"] = Field(
        default="none",
        description="What may be done without logging in: nothing; reading boundaries and"
        " statistics, small cells suppressed; or, on generated data alone, reading everything and"
        " reporting events.",
    )
    session_idle_minutes: int = Field(
        default=60, description="A person's session ends after so long without use.", ge=1
    )
    session_hours: int = Field(
        default=12, description="A person's session ends after so long in any case.", ge=1
    )
    cookie_secure: bool = Field(
        default=True,
        description="Whether browsers send the session over HTTPS only (and to localhost).",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, separated by commas, whose X-Forwarded-For is"
        " believed.",
    )
    oidc_issuer: str | None = Field(
        default=None, description="OpenID Connect provider; without it, passwords only."
    )
    oidc_client_id: str = Field(default="gridmap", description="Our name at that provider.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Our secret at that provider."
    )
    person_keys: Path | None = Field(
        default=None,
        description="File of the keys that encrypt people's data; without it none are stored.",
    )
    reporter_days: int = Field(
        default=365, description="For so many days an event's reporter is stored.", ge=1, le=36_500
    )
    base_map_url: SecretStr | None = Field(
        default=None,
        description="Tiles of a base map, http addresses with {z}, {x} and {y} (and {s}), keys"
        " included; several, separated by blanks, lie one over the other. Without it, no base map.",
    )
    base_map_datum: Literal["CGCS2000", "GCJ-02"] = Field(
        default="CGCS2000",
        description="In what these tiles are drawn; GCJ-02 ones are moved to where they belong.",
    )
    base_map_credit: str = Field(
        default="",
        description="Whose the base map is, with its 审图号; shown on every map.",
    )
    base_map_mb: int = Field(
        default=500, description="How much of the base map is kept on this machine, MB.", ge=1
    )
    map_approval: str = Field(
        default="内部使用",
        description="What every map says of its approval: its 审图号, or 内部使用.",
        max_length=80,
    )
    grids_at_once: int = Field(
        default=20_000,
        description="A map of more grids begins with an overview of divisions and fetches grids by"
        " parts.",
        ge=1,
    )
    max_body_mb: int = Field(default=64, description="Longest body of a request, MB.", ge=1)
    rate_per_minute: int = Field(
        default=6000,
        description="Requests a minute that one key, account or address may make; 0: no limit.",
        ge=0,
    )
    max_concurrent: int = Field(
        default=64,
        description="Requests worked on or waiting at a time; more are told to come back.",
        ge=1,
    )
    statement_timeout_s: float = Field(
        default=30.0, description="Longest time a statement of the API may run, in seconds."
    )
