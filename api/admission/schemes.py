"""How requests say who asks, for the OpenAPI document; `api.admission.security` reads them."""

from __future__ import annotations

from typing import Any

from api.admission.security import CSRF_HEADER, SAFE_METHODS

#: Alternatives: a key, a session, or nobody in particular where the deployment lets them.
_READING: list[dict[str, list[str]]] = [{"key": []}, {"session": []}, {}]
_CHANGING: list[dict[str, list[str]]] = [{"key": []}, {"session": [], "page": []}, {}]


def declare_schemes(document: dict[str, Any], cookie: str) -> dict[str, Any]:
    """Declare the security schemes in an OpenAPI document.

    Parameters
    ----------
    document
        Changed in place.
    cookie
        Name of the session's cookie.

    Returns
    -------
    dict
        The document.
    """
    document.setdefault("components", {})["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "description": "`gm_…`, of another system."},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
        "page": {
            "type": "apiKey",
            "in": "header",
            "name": CSRF_HEADER,
            "description": "`csrf_token` of `GET /api/v1/session`, with each change.",
        },
    }
    for operations in document.get("paths", {}).values():
        for method, operation in operations.items():
            is_safe = method.upper() in SAFE_METHODS
            operation["security"] = _READING if is_safe else _CHANGING
    return document
