"""Every error as a problem document (RFC 9457): one table from error to HTTP status.

``docs/problems.md`` explains each type; a test keeps that page and ``TITLES`` alike.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg2 import errorcodes
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from gis.core.errors import (
    Conflict,
    Forbidden,
    GridmapError,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    TooMany,
    Unavailable,
    Unidentified,
)

log = logging.getLogger("gridmap.api")

MEDIA_TYPE = "application/problem+json"
#: Seconds after which it makes sense to ask again.
RETRY_AFTER_S = 5


class BadCursor(Invalid):
    """A cursor that this server did not give out."""

    slug = "bad-cursor"


#: Error family → status. The nearest class in an error's MRO decides.
STATUS: Mapping[type[GridmapError], int] = {
    BadCursor: 400,
    Unidentified: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    PreconditionFailed: 412,
    Invalid: 422,
    PreconditionRequired: 428,
    TooMany: 429,
    Unavailable: 503,
    GridmapError: 500,
}

#: Slug → title in English and in Chinese. A slug that is missing here takes its family's title.
TITLES: Mapping[str, tuple[str, str]] = {
    "invalid": ("The input is wrong", "输入有误"),
    "unknown-crs": ("The coordinate system is not accepted", "坐标系不被接受"),
    "out-of-bounds": ("The position lies outside the deployment", "位置超出本部署范围"),
    "bad-profile": ("The deployment's profile cannot be used", "部署配置文件有误"),
    "bad-file": ("The file cannot be read", "文件无法读取"),
    "not-tiling": ("The grids leave gaps or overlap", "网格存在缝隙或重叠"),
    "edit-refused": ("The edit would break a rule", "编辑操作不符合规则"),
    "rows-refused": ("Rows were refused", "部分数据行被拒绝"),
    "bad-cursor": ("The cursor is not one of ours", "翻页标记无效"),
    "not-found": ("There is no such thing", "未找到"),
    "outside-every-grid": ("The point lies outside every grid", "该点不在任何网格内"),
    "conflict": ("The state of the data forbids it", "与现有数据冲突"),
    "precondition-required": ("It was not said on which version", "未注明所基于的版本"),
    "precondition-failed": ("It has another version by now", "内容已被修改"),
    "unidentified": ("Nobody has said who asks", "身份未确认"),
    "forbidden": ("This is not allowed", "没有权限"),
    "too-many": ("Too much was asked in too short a time", "请求过于频繁"),
    "too-long": ("The body is too long", "请求体过长"),
    "too-slow": ("The body came too slowly", "请求体传输过慢"),
    "unavailable": ("Not available now", "暂时不可用"),
    "method-not-allowed": ("The method is not allowed here", "不支持该请求方法"),
    "http-error": ("The request cannot be answered", "请求无法处理"),
    "internal": ("Something went wrong on our side", "服务器内部错误"),
    "error": ("Something went wrong", "出错了"),
}

#: PostgreSQL's ways of saying that it could not do it now, though it may do it later.
TRANSIENT = {
    errorcodes.QUERY_CANCELED,
    errorcodes.LOCK_NOT_AVAILABLE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.DISK_FULL,
    errorcodes.OUT_OF_MEMORY,
    errorcodes.TOO_MANY_CONNECTIONS,
    errorcodes.READ_ONLY_SQL_TRANSACTION,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as it is told to the client."""

    status: int
    slug: str
    detail: str
    detail_zh: str
    extra: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self, request: Request) -> Response:
        """Return the problem document for a request."""
        title, title_zh = TITLES.get(self.slug, TITLES["error"])
        body = {
            **self.extra,
            "type": f"/problems/{self.slug}",
            "title": title,
            "title_zh": title_zh,
            "status": self.status,
            "detail": self.detail,
            "detail_zh": self.detail_zh,
            "instance": request.url.path,
        }
        headers = dict(self.headers)
        if self.status in (429, 503):
            headers.setdefault("Retry-After", str(self.extra.get("retry_after_s", RETRY_AFTER_S)))
        if self.status == 401:
            headers.setdefault("WWW-Authenticate", 'Bearer realm="gridmap"')
        return Response(
            orjson.dumps(body, default=str, option=orjson.OPT_NON_STR_KEYS),
            self.status,
            headers,
            MEDIA_TYPE,
        )


def problem_of(error: GridmapError) -> Problem:
    """Return an error of gridmap as a problem."""
    family = next(cls for cls in type(error).__mro__ if cls in STATUS)
    slug = next(
        cls.slug
        for cls in type(error).__mro__
        if issubclass(cls, GridmapError) and cls.slug in TITLES
    )
    return Problem(STATUS[family], slug, error.detail, error.detail_zh, error.extra)


def add_handlers(app: FastAPI) -> None:
    """Answer every error of the application with a problem document."""
    app.add_exception_handler(GridmapError, _on_gridmap_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(PoolTimeout, _on_pool_timeout)
    app.add_exception_handler(DBAPIError, _on_database_error)
    app.add_exception_handler(Exception, _on_bug)


def _on_gridmap_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, GridmapError)  # noqa: S101 - registered for this class only
    return problem_of(error).response(request)


def _on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    # What was sent is not repeated: it may be long, secret, or not even text.
    places = [[_printable(part) for part in found["loc"]] for found in error.errors()]
    reasons = [_printable(found["msg"]) for found in error.errors()]
    where = ".".join(places[0])
    more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
    return Problem(
        422,
        "invalid",
        f"{where}: {reasons[0]}{more}",
        f"参数有误：{where}（共 {len(places)} 处）",
        {
            "errors": [
                {"loc": place, "msg": reason} for place, reason in zip(places, reasons, strict=True)
            ]
        },
    ).response(request)


def _printable(part: object) -> str:
    return str(part).encode("utf-8", "replace").decode()[:300]


def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    slug = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "http-error")
    detail, detail_zh = {
        404: (f"There is nothing at {request.url.path}.", f"没有 {request.url.path} 这个地址。"),
        405: (f"{request.method} is not allowed here.", f"此处不支持 {request.method} 请求。"),
    }.get(error.status_code, (str(error.detail), str(error.detail)))
    problem = Problem(error.status_code, slug, detail, detail_zh, {}, error.headers or {})
    return problem.response(request)


def _on_pool_timeout(request: Request, _error: Exception) -> Response:
    return _unavailable(
        "All connections to the database are busy; try again in a moment.",
        "数据库连接繁忙，请稍后重试。",
    ).response(request)


def _on_database_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)  # noqa: S101
    code = getattr(error.orig, "pgcode", None)
    # Without a code it is the connection that speaks: as OperationalError, InterfaceError, or, when
    # the server dies between two messages, as a plain DatabaseError.
    spoken_by_connection = code is None and (
        isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
    )
    if error.connection_invalidated or spoken_by_connection:
        log.warning("database does not answer: %s", error.orig)
        return _unavailable(
            "The database does not answer; try again in a moment.",
            "数据库无响应，请稍后重试。",
        ).response(request)
    if code == errorcodes.INSUFFICIENT_PRIVILEGE:
        log.warning("row-level security refused: %s", error.orig)
        return Problem(
            403,
            "forbidden",
            "This lies outside the area in which you may do it.",
            "超出您的授权范围。",
        ).response(request)
    # Class 57P: the server is being stopped or is starting.
    if code in TRANSIENT or (code or "").startswith("57P"):
        log.warning("database could not do it now (%s): %s", code, error.orig)
        return _unavailable(
            "The database could not do it in time; ask for less, or try again in a moment.",
            "数据库未能及时完成，请缩小范围或稍后重试。",
        ).response(request)
    log.error("database error %s", code, exc_info=error)
    return _bug().response(request)


def _on_bug(request: Request, error: Exception) -> Response:
    log.error("unexpected error at %s", request.url.path, exc_info=error)
    return _bug().response(request)


def _bug() -> Problem:
    return Problem(
        500,
        "internal",
        "Something went wrong on our side; it is in the server's log.",
        "服务器内部错误，详情见服务器日志。",
    )


def _unavailable(detail: str, detail_zh: str) -> Problem:
    return Problem(503, "unavailable", detail, detail_zh)
