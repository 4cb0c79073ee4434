"""Bodies of requests: bounded before they are read, and in JSON nothing that no value of ours can be."""

import json
import re
from itertools import accumulate

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import answer_of
from geo.errors import ArukebaError, InvalidInputError, TooLargeError

DEPTH_MOST = 40
"""A scenario with a multipolygon is 8 deep."""
DIGITS_MOST = 17
"""A longer whole number is no whole number any more for most who read JSON."""
SHOWN_MOST = 20

_NO_BRACKETS = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[^"\[\]{}]+', re.DOTALL)
_BRACKETS = {"[": 1, "{": 1, "]": -1, "}": -1}


class BoundedBodies:
    """Reads the body of a request, refuses what is too long or cannot be meant, and hands it on."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self.app = app
        self._most_bytes = most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body whole, or answer why not."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if not {"content-length", "transfer-encoding"} & set(headers):
            await self.app(scope, receive, send)
            return
        try:
            body = await self._read(headers, receive)
            if body is None:  # who asked has gone
                return
            require_fit(body)
        except ArukebaError as error:
            await answer_of(error)(scope, receive, send)
            return
        handed_on = False

        async def whole() -> Message:
            nonlocal handed_on
            if handed_on:
                return await receive()
            handed_on = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self.app(scope, whole, send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | None:
        said = headers.get("content-length", "")
        self._require_short(int(said) if said.isdecimal() else 0)
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            self._require_short(len(body))
            if not message.get("more_body"):
                return bytes(body)

    def _require_short(self, length: int) -> None:
        if length > self._most_bytes:
            raise TooLargeError(
                "what was sent is too large; send {most:,} bytes at most, or use the command line",
                most=self._most_bytes,
            )


def require_fit(body: bytes) -> None:
    """
    Refuse JSON that is too deep or holds what is no number and no text; what is no JSON passes.

    Raises
    ------
    InvalidInputError
        Which of them it is.
    """
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
        require_shallow(text)
        value = json.loads(text, parse_constant=_number, parse_int=_whole, parse_float=_number)
        said = json.dumps(value, ensure_ascii=False)
    except ArukebaError:
        raise
    except ValueError:
        return  # whoever takes JSON says where it ends to be JSON
    try:
        said.encode()
    except UnicodeEncodeError as error:
        raise InvalidInputError(
            "the body holds half of a character (a lone surrogate); send whole characters"
        ) from error
    if "\\u0000" in said:
        raise InvalidInputError("the body holds the character NUL; leave it out")


def require_shallow(text: str) -> None:
    """Refuse JSON in which more lies in each other than anything that is asked for."""
    steps = (_BRACKETS[bracket] for bracket in _NO_BRACKETS.sub("", text))
    if max(accumulate(steps), default=0) > DEPTH_MOST:
        raise InvalidInputError(
            "the body is nested too deep; send lists and objects {most} deep at most",
            most=DEPTH_MOST,
        )


def _whole(digits: str) -> int:
    if len(digits.lstrip("-")) > DIGITS_MOST:
        raise _not_a_number(digits)
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if number - number != 0:  # infinite, or not a number
        raise _not_a_number(digits)
    return number


def _not_a_number(digits: str) -> InvalidInputError:
    shown = digits if len(digits) <= SHOWN_MOST else f"{digits[:SHOWN_MOST]} ..."
    return InvalidInputError(
        "{number} is no number that can be used; send one of {most} digits at most",
        number=shown,
        most=DIGITS_MOST,
    )
