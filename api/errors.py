"""Errors as HTTP answers: one table from exception to status, one shape of body."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.reading import READS
from geo.errors import (
    ArukebaError,
    BrokenWorkspaceError,
    BusyError,
    ChangedError,
    DiskFullError,
    GoneError,
    InvalidInputError,
    NoConditionError,
    NotAllowedError,
    NotFoundError,
    NotKnownError,
    QueueFullError,
    Sentence,
    StorageError,
    TakenError,
    TooLargeError,
)
from services.words.texts import told
from services.words.values import wrong_value
from services.workspace.storage import storage_error

STATUS_CODES: dict[type[Exception], HTTPStatus] = {
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TakenError: HTTPStatus.CONFLICT,
    NoConditionError: HTTPStatus.PRECONDITION_REQUIRED,
    TooLargeError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    NotKnownError: HTTPStatus.UNAUTHORIZED,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    GoneError: HTTPStatus.GONE,
    NotFoundError: HTTPStatus.NOT_FOUND,
    BusyError: HTTPStatus.CONFLICT,
    ChangedError: HTTPStatus.PRECONDITION_FAILED,
    QueueFullError: HTTPStatus.TOO_MANY_REQUESTS,
    StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    DiskFullError: HTTPStatus.INSUFFICIENT_STORAGE,
    BrokenWorkspaceError: HTTPStatus.INTERNAL_SERVER_ERROR,
    ArukebaError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The nearest class of an exception counts."""

RETRY_AFTER_S = 60
"""A plan takes about as long: by then the first who waits may have an answer."""

PROBLEM = "application/problem+json"
"""Media type of the body (RFC 9457)."""
SAID_MOST = 2000
"""So long may a sentence be: what was sent is not sent back."""

UNWELL = HTTPStatus.SERVICE_UNAVAILABLE
"""Of a server that looks at itself and finds something wrong."""

_PLAIN = "text/plain"

_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """Body of every answer that is not a success (RFC 9457), with what to do in both languages."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    detail_ja: str


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error with the same shape of body."""
    app.add_exception_handler(ArukebaError, _on_ours)
    app.add_exception_handler(OSError, _on_system)
    app.add_exception_handler(RequestValidationError, _on_parameter)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_fault)


def answer_of(
    error: ArukebaError, below: str = "", status: HTTPStatus | None = None
) -> JSONResponse:
    """Return the answer to an error; paths ``below`` a folder are told from there."""
    status = status or _status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", type(error).__name__, error)
    answer = _answer(status, type(error).__name__, error.public or error.sentence, below)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers["retry-after"] = str(RETRY_AFTER_S)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["www-authenticate"] = "Bearer"
    return answer


def _status_of(error: Exception) -> HTTPStatus:
    return next(STATUS_CODES[kind] for kind in type(error).__mro__ if kind in STATUS_CODES)


def _answer(status: HTTPStatus, code: str, said: Sentence, below: str = "") -> JSONResponse:
    problem = Problem(title=status.phrase, status=status, code=code, **_both(said, below))
    return JSONResponse(problem.model_dump(), status_code=status, media_type=PROBLEM)


def said_of(error: ArukebaError, request: Request) -> dict[str, str]:
    """Return what strangers are told of an error in both languages, as the body of a refusal has it."""
    return _both(error.public or error.sentence, _below(request))


def _both(said: Sentence, below: str) -> dict[str, str]:
    return {
        "detail": _short(told(said, "en"), below),
        "detail_ja": _short(told(said, "ja"), below),
    }


def _short(said: str, below: str) -> str:
    said = said.replace(f"{below}/", "") if below else said
    return said if len(said) <= SAID_MOST else f"{said[:SAID_MOST]} ..."


def _below(request: Request) -> str:
    """Return the folder that is served, which nobody outside needs to know."""
    workspace = getattr(request.app.state, "workspace", None)
    return str(workspace.path.absolute()) if workspace else ""


def _on_ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ArukebaError)  # noqa: S101  the handler is registered for it
    status = _status_of(error)
    # What reads has no body: it is a parameter that is wrong, unless the route says that it judges.
    judges = status in getattr(request.scope.get("route"), "responses", ())
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and request.method in READS and not judges:
        status = HTTPStatus.BAD_REQUEST
    return answer_of(error, _below(request), status)


def _on_system(request: Request, error: Exception) -> JSONResponse:
    known = storage_error(error)
    if known is None:
        raise error
    return _on_ours(request, known)


def _on_fault(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "InternalServerError",
        Sentence(
            "this answer failed by a fault of the server; whoever runs it finds the cause in its log"
        ),
    )


def _on_parameter(request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    of_body = any(one["loc"][0] == "body" for one in found)
    return answer_of(
        InvalidInputError(
            "values that cannot be used: {said}", said=[_wrong(one) for one in found]
        ),
        _below(request),
        HTTPStatus.UNPROCESSABLE_ENTITY if of_body else HTTPStatus.BAD_REQUEST,
    )


def _wrong(item: Mapping[str, Any]) -> Sentence:
    """Say what is wrong with one value of a request."""
    if item["type"] == "json_invalid":
        return Sentence(
            "the body is no JSON: it cannot be read from character {at} on", at=item["loc"][-1]
        )
    where, *path = item["loc"]
    if (where, item["type"], path) == ("body", "missing", []):
        return Sentence("the body is missing; send keys and values as JSON")
    return wrong_value(item, ".".join(map(str, path)))


def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  the handler is registered for it
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.BAD_REQUEST:  # what the framework says of bytes that are no text
        return answer_of(
            InvalidInputError("the body cannot be read; send JSON in UTF-8, not too deep")
        )
    answer = problem_of(status, request.method, request.url.path)
    answer.headers.update(error.headers or {})
    return answer


def problem_of(status: HTTPStatus, method: str, path: str) -> JSONResponse:
    """Return the answer to what the framework refuses by its status alone."""
    if status == HTTPStatus.NOT_FOUND:
        return answer_of(
            NotFoundError("there is nothing at {path}; the API is described at /docs", path=path)
        )
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        said = Sentence(
            "{method} cannot be asked of {path}; what can is described at /docs",
            method=method,
            path=path,
        )
    else:
        said = Sentence(
            "{method} {path} cannot be answered ({status}); how to ask is described at /docs",
            method=method,
            path=path,
            status=int(status),
        )
    return _answer(status, status.phrase.replace(" ", ""), said)


def no_request() -> JSONResponse:
    """Return the answer to bytes that are no request."""
    said = Sentence("this is no HTTP request, or its head is too long; ask as /docs describes it")
    return _answer(HTTPStatus.BAD_REQUEST, "BadRequest", said)


class Problems:
    """Gives refusals of the framework that are plain text the body of all others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a refusal in plain text is answered anew."""
        refused = False

        async def told_anew(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start":
                headers = Headers(raw=message["headers"])
                kind = headers.get("content-type", "")
                refused = message["status"] >= HTTPStatus.BAD_REQUEST and kind.startswith(_PLAIN)
                if refused:
                    status = HTTPStatus(message["status"])
                    answer = problem_of(status, scope["method"], scope["path"])
                    if (
                        "content-range" in headers
                    ):  # how long a file is that was asked beyond its end
                        answer.headers["content-range"] = headers["content-range"]
                    await answer(scope, receive, send)
            if not refused:
                await send(message)

        await self.app(scope, receive, told_anew if scope["type"] == "http" else send)


def describe_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Say in an OpenAPI document what every answer that is not a success looks like."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    operations = (each for methods in document["paths"].values() for each in methods.items())
    for method, operation in operations:
        answers = operation["responses"]
        # The framework's own word is of a parameter, which is 400; what writes refuses values by 422.
        if answers.get("422", {}).get("description") == "Validation Error":
            answers.pop("422")
        if method.upper() not in READS:
            answers.setdefault("422", {"description": HTTPStatus.UNPROCESSABLE_ENTITY.phrase})
        answers.setdefault("default", {"description": "Why there is no answer"})
        for code, answer in answers.items():
            own = "Health" in str(answer.get("content"))
            if (code == "default" or int(code) >= HTTPStatus.BAD_REQUEST) and not own:
                answer["content"] = content
    return document
