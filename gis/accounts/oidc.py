"""OpenID Connect: authorization code with PKCE, state and nonce; the token proved by its JWKS.

The provider says who somebody is, nothing else: accounts are linked to its identities by an
administrator and are never made by logging in (ADR 0019).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gis.core.errors import Invalid, Unavailable, Unidentified

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"]
SCOPES = "openid"
LEEWAY_S = 60
_TIMEOUT_S = 10.0
_LONGEST_ANSWER = 1_000_000


@dataclass(frozen=True, slots=True)
class Begun:
    """What the browser keeps while its person is at the provider; see `Provider.begin`.

    Attributes
    ----------
    state, nonce, verifier
        Random; they tie the answer, the token and the code to this browser.
    next
        Local path to go to afterwards.
    """

    state: str
    nonce: str
    verifier: str
    next: str

    def sealed(self) -> str:
        """Return it as the value of a cookie."""
        return base64.urlsafe_b64encode(orjson.dumps(asdict(self))).decode().rstrip("=")

    @classmethod
    def opened(cls, sealed: str) -> Begun:
        """Return what `sealed` was made of.

        Raises
        ------
        Unidentified
            It is no such value.
        """
        try:
            padded = sealed + "=" * (-len(sealed) % 4)
            found = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            values = [str(found[name]) for name in ("state", "nonce", "verifier", "next")]
        except (ValueError, KeyError, TypeError) as error:
            raise _stale() from error
        return cls(*values)


class Provider:
    """An OpenID Connect provider, found by its address; asked when it is first needed.

    Parameters
    ----------
    issuer
        Its address; ``https``, or any of this machine.
    client_id, client_secret
        Our name and secret there; without a secret, PKCE alone.

    Raises
    ------
    Invalid
        The address is not one over which identities can be trusted.
    """

    def __init__(self, issuer: str, client_id: str, client_secret: str | None) -> None:
        parts = urlsplit(issuer)
        if not (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))):
            raise Invalid(
                f"GRIDMAP_OIDC_ISSUER must begin with https://, not {issuer!r}: whoever sits on"
                " the way could log in as anybody.",
                zh="GRIDMAP_OIDC_ISSUER 必须以 https:// 开头。",
            )
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._lock = threading.Lock()
        self._about: dict[str, Any] | None = None
        self._keys: KeySet | None = None

    def begin(self, callback: str, next_path: str) -> tuple[str, Begun]:
        """Return where to send the browser, and what it is to keep.

        Parameters
        ----------
        callback
            Our address that the provider sends the browser back to.
        next_path
            Local path to go to afterwards.

        Raises
        ------
        Unavailable
            The provider does not answer, or not as one.
        """
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        begun = Begun(state, nonce, verifier, next_path)
        digest = hashlib.sha256(begun.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": callback,
            "scope": SCOPES,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        where = str(self._metadata()["authorization_endpoint"])
        return f"{where}{'&' if '?' in where else '?'}{urlencode(asked)}", begun

    def finish(self, begun: Begun, state: str, code: str, callback: str) -> str:
        """Exchange the code, and return whom the provider vouches for.

        Parameters
        ----------
        begun
            From the browser's cookie.
        state, code
            From the address that the browser came back to.
        callback
            As in `begin`.

        Returns
        -------
        str
            Issuer, a space, and the subject.

        Raises
        ------
        Unidentified
            State, nonce, signature, issuer, audience or time are not as they must be.
        Unavailable
            The provider does not answer, or not as one.
        """
        if not hmac.compare_digest(begun.state.encode(), state.encode()):
            raise _stale()
        answer = self._exchange(code, begun.verifier, callback)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise _not_believed("it sent no id_token")
        claims = self._claims(token)
        self._check(claims, begun.nonce)
        return f"{self.issuer} {claims['sub']}"

    def _check(self, claims: dict[str, Any], nonce: str) -> None:
        rules = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        try:
            rules.validate(claims)
        except JoseError as error:
            raise _not_believed(str(error)) from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not subject.isascii() or not 0 < len(subject) < 256:
            raise _not_believed("its subject is not a name")
        if any(char.isspace() or not char.isprintable() for char in subject):
            raise _not_believed("its subject is not a name")
        if claims.get("azp", self._client_id) != self._client_id:
            raise _not_believed("the token was made for another client")

    def _claims(self, token: str) -> dict[str, Any]:
        for fresh in (False, True):  # a provider changes its keys now and then
            try:
                keys = self._key_set(fresh=fresh)
                return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
            except (JoseError, ValueError, TypeError) as error:
                if fresh:
                    raise _not_believed(f"the token is not its own: {error}") from error
        raise AssertionError("the loop ends by returning or raising")

    def _exchange(self, code: str, verifier: str, callback: str) -> dict[str, Any]:
        about = self._metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback,
            "client_id": self._client_id,
            "code_verifier": verifier,
        }
        with _client() as client:
            try:
                where = str(about["token_endpoint"])
                headers = self._identify(about, form)
                answer = client.post(where, data=form, headers=headers)
            except httpx.HTTPError as error:
                raise _silent(self.issuer, str(error)) from error
        if answer.status_code in (400, 401):
            raise _not_believed("it does not know the code any more")
        return _document(self.issuer, answer)

    def _identify(self, about: dict[str, Any], form: dict[str, str]) -> dict[str, str]:
        """Say who we are, in the way that the provider wants it: in a header, or in the form."""
        if self._client_secret is None:
            return {}
        known = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" not in known:
            form["client_secret"] = self._client_secret
            return {}
        # RFC 6749 2.3.1: both are form-encoded first.
        pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
        return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def _metadata(self) -> dict[str, Any]:
        with self._lock:
            if self._about is None:
                where = self.issuer.rstrip("/") + "/.well-known/openid-configuration"
                about = self._get(where)
                if about.get("issuer") != self.issuer:
                    raise _silent(self.issuer, f"it calls itself {about.get('issuer')!r}")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    self._require_safe(name, about.get(name))
                self._about = about
            return self._about

    def _require_safe(self, name: str, url: object) -> None:
        parts = urlsplit(str(url))
        if not (parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname))):
            raise _silent(self.issuer, f"its {name} is no https address")

    def _key_set(self, *, fresh: bool) -> KeySet:
        where = str(self._metadata()["jwks_uri"])
        with self._lock:
            if self._keys is None or fresh:
                self._keys = KeySet.import_key_set(self._get(where))  # type: ignore[arg-type]
            return self._keys

    def _get(self, url: str) -> dict[str, Any]:
        with _client() as client:
            try:
                return _document(self.issuer, client.get(url))
            except httpx.HTTPError as error:
                raise _silent(self.issuer, str(error)) from error


def _client() -> httpx.Client:
    # A proxy that the environment names is for the internet; the provider is on the intranet.
    return httpx.Client(timeout=_TIMEOUT_S, trust_env=False, follow_redirects=False)


def _document(issuer: str, answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code != 200 or len(answer.content) > _LONGEST_ANSWER:
        raise _silent(issuer, f"HTTP {answer.status_code}")
    try:
        found = answer.json()
    except ValueError as error:
        raise _silent(issuer, "it sent no JSON") from error
    if not isinstance(found, dict):
        raise _silent(issuer, "it sent no JSON object")
    return found


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _stale() -> Unidentified:
    return Unidentified(
        "The log-in was not begun in this browser, or too long ago; begin again.",
        zh="登录请求已失效或不是由本浏览器发起，请重新登录。",
    )


def _not_believed(reason: str) -> Unidentified:
    return Unidentified(
        f"The identity provider's word is not believed: {reason}. Begin again; if it stays so,"
        " tell the administrator.",
        zh="统一身份认证返回的结果未通过校验，请重新登录；如仍失败请联系管理员。",
    )


def _silent(issuer: str, reason: str) -> Unavailable:
    return Unavailable(
        f"The identity provider {issuer} does not answer as one: {reason}. Log in with a"
        " password, or try again later.",
        zh=f"统一身份认证服务 {issuer} 暂时不可用，请使用密码登录或稍后再试。",
    )
