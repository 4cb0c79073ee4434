"""Errors as HTTP answers: one table from exception to status, one shape of body."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from geo.errors import (
    ArukebaError,
    BrokenWorkspaceError,
    BusyError,
    ChangedError,
    InvalidInputError,
    NoConditionError,
    NotAllowedError,
    NotFoundError,
    QueueFullError,
    Sentence,
    StorageError,
    TakenError,
)
from services.words.texts import told
from services.words.values import wrong_value
from services.workspace.storage import storage_error

STATUS_CODES: dict[type[Exception], HTTPStatus] = {
    InvalidInputError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TakenError: HTTPStatus.CONFLICT,
    NoConditionError: HTTPStatus.PRECONDITION_REQUIRED,
    NotAllowedError: HTTPStatus.FORBIDDEN,
    NotFoundError: HTTPStatus.NOT_FOUND,
    BusyError: HTTPStatus.CONFLICT,
    ChangedError: HTTPStatus.PRECONDITION_FAILED,
    QueueFullError: HTTPStatus.TOO_MANY_REQUESTS,
    StorageError: HTTPStatus.SERVICE_UNAVAILABLE,
    BrokenWorkspaceError: HTTPStatus.INTERNAL_SERVER_ERROR,
    ArukebaError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The nearest class of an exception counts."""

RETRY_AFTER_S = 60
"""A plan takes about as long: by then the first who waits may have an answer."""

_log = logging.getLogger(__name__)


class Problem(BaseModel):
    """Body of every answer that is not a success."""

    code: str
    detail: str
    detail_ja: str


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error with the same shape of body."""
    app.add_exception_handler(ArukebaError, _on_ours)
    app.add_exception_handler(OSError, _on_system)
    app.add_exception_handler(RequestValidationError, _on_parameter)
    app.add_exception_handler(HTTPException, _on_http)


def _answer(status: int, code: str, detail: str, detail_ja: str) -> JSONResponse:
    problem = Problem(code=code, detail=detail, detail_ja=detail_ja)
    return JSONResponse(problem.model_dump(), status_code=status)


def _on_ours(_request: Request, error: Exception) -> JSONResponse:
    status = next(STATUS_CODES[kind] for kind in type(error).__mro__ if kind in STATUS_CODES)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("%s: %s", type(error).__name__, error)
    japanese = told(error, "ja") if isinstance(error, ArukebaError) else str(error)
    answer = _answer(status, type(error).__name__, str(error), japanese)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        answer.headers["retry-after"] = str(RETRY_AFTER_S)
    return answer


def _on_system(request: Request, error: Exception) -> JSONResponse:
    known = storage_error(error)
    if known is None:
        raise error
    return _on_ours(request, known)


def _on_parameter(request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    return _on_ours(
        request,
        InvalidInputError(
            "values that cannot be used: {said}", said=[_wrong(one) for one in found]
        ),
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
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 500)
    path = request.url.path
    if status == HTTPStatus.NOT_FOUND:
        unknown = NotFoundError(
            "there is nothing at {path}; the API is described at /docs", path=path
        )
        return _on_ours(request, unknown)
    if status == HTTPStatus.BAD_REQUEST:  # what the framework says of bytes that are no text
        return _on_ours(
            request, InvalidInputError("the body cannot be read; send JSON in UTF-8, not too deep")
        )
    text = f"{request.method} {path}: {status.phrase}"
    return _answer(status, status.phrase.replace(" ", ""), text, text)
