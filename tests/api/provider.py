"""A small OpenID Connect provider: real HTTP, real signatures, one person, lies on demand.

It stands in for a county's single sign-on. It keeps to RFC 6749, RFC 7636 and OpenID Connect Core
as far as the authorization code flow goes, and refuses what they have it refuse.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "gridmap", "a secret: with signs+"


class Provider:
    """What the provider knows."""

    def __init__(self) -> None:
        self.issuer = ""
        self.lies: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.change_keys()

    def change_keys(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)}, private=True)

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Return where to send the browser back to; the person has agreed."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT_ID
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        back = {
            "code": self.lies.get("code", code),
            "state": self.lies.get("state", asked["state"]),
        }
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, form: dict[str, str], said: str) -> dict[str, Any] | None:
        """Exchange a code; None where it is refused."""
        pair = base64.b64decode(said.removeprefix("Basic ")).decode()
        assert pair == urlencode({"x": CLIENT_ID})[2:] + ":" + _quoted(CLIENT_SECRET)
        asked = self.codes.pop(form["code"], None)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return None
        verifier = self.lies.get("verifier", form["code_verifier"])
        digest = hashlib.sha256(verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return None
        return {"access_token": "x", "token_type": "Bearer", "id_token": self._id_token(asked)}

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "7f3a",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        } | {name: lie for name, lie in self.lies.items() if name in _CLAIMS}
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "RS256", "kid": self.key.kid}
        match self.lies.get("key"):
            case "another":
                other = RSAKey.generate_key(2048, {"kid": self.key.kid}, private=True)
                return jwt.encode(header, claims, other)
            case "none":
                parts = ({"alg": "none"}, claims)
                return ".".join([*(_b64(json.dumps(part).encode()) for part in parts), ""])
            case "hmac":  # signed with the public key, as if it were a shared secret
                parts = ({"alg": "HS256", "kid": self.key.kid}, claims)
                signed = ".".join(_b64(json.dumps(part).encode()) for part in parts)
                public = self.key.as_pem(private=False)
                return f"{signed}.{_b64(hmac.digest(public, signed.encode(), 'sha256'))}"
        return jwt.encode(header, claims, self.key)


_CLAIMS = {"iss", "aud", "azp", "sub", "exp", "nonce"}


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _quoted(text: str) -> str:
    return urlencode({"x": text})[2:].replace("+", "%20")


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                where = provider.authorize(dict(parse_qsl(parts.query)))
                self.send_response(302)
                self.send_header("Location", where)
                self.send_header("Content-Length", "0")
                self.end_headers()
            elif parts.path == "/.well-known/openid-configuration":
                self._send(200, provider.metadata())
            else:
                assert parts.path == "/keys"
                self._send(200, {"keys": [provider.key.as_dict(private=False)]})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            answer = provider.token(form, self.headers["Authorization"])
            if answer is None:
                self._send(400, {"error": "invalid_grant"})
            else:
                self._send(200, answer)

        def _send(self, status: int, body: dict[str, Any]) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return Handler


@contextmanager
def providing() -> Iterator[Provider]:
    """Run a provider on a free port of the loopback."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join(30)
        server.server_close()
