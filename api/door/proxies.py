"""Who sent a request: the peer, or whoever a trusted proxy says it was."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from gis.core.errors import Invalid

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class ProxyMiddleware:
    """Puts the true client and scheme into the scope, where trusted proxies stand before us.

    The server's own trust in proxies is off (``gis.cli.serving``): one rule, in one place.

    Parameters
    ----------
    app
        What it wraps.
    trusted
        Addresses or networks, separated by commas; nobody else's ``X-Forwarded-*`` is believed.
    """

    def __init__(self, app: ASGIApp, trusted: str) -> None:
        self.app = app
        self._trusted = networks(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with who really sent it."""
        if scope["type"] == "http" and self._trusted and self._is_trusted(peer_of(scope)):
            headers = Headers(scope=scope)
            client = self._client(headers.getlist("x-forwarded-for"))
            if client is not None:
                scope["client"] = (str(client), 0)
            said = headers.getlist("x-forwarded-proto")
            if said and said[-1].rpartition(",")[2].strip() in ("http", "https"):
                scope["scheme"] = said[-1].rpartition(",")[2].strip()
        await self.app(scope, receive, send)

    def _client(self, said: list[str]) -> Address | None:
        """Return the last address that is not a proxy of ours; those before it anyone can write."""
        found = None
        for part in reversed(",".join(said).split(",")):
            address = parse_address(part)
            if address is None:
                break
            found = address
            if not self._is_trusted(address):
                break
        return found

    def _is_trusted(self, address: Address | None) -> bool:
        return address is not None and any(
            address.version == network.version and address in network for network in self._trusted
        )


def networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks, separated by commas.

    Raises
    ------
    Invalid
        One of them is neither.
    """
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise Invalid(
            f"GRIDMAP_TRUSTED_PROXIES: {error}; write addresses or networks, such as 10.1.0.0/16",
            zh=f"GRIDMAP_TRUSTED_PROXIES 有误（{error}），应为地址或网段，如 10.1.0.0/16",
        ) from error


def peer_of(scope: Scope) -> Address | None:
    """Return the address that a request comes from; None where it has none (a Unix socket)."""
    client = scope.get("client")
    return parse_address(client[0]) if client else None


@lru_cache(10_000)
def parse_address(text: str) -> Address | None:
    """Return an address; that of IPv4 where it is written as one of IPv6."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
