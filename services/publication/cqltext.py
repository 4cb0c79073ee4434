"""
CQL2 as people and programs write it, text or JSON, to plain data that ``services.publication.cql`` compiles.

The parser of the library is never given what could end the process or hold it up: it goes down the
stack with every parenthesis and ``NOT``, and tries each unclosed parenthesis twice over. So the text is
read once before, and refused where it is long, deep or has many operators.
"""

import json
import re
from typing import Any

import cql2

from geo.errors import InvalidInputError

LENGTH_MOST = 8_000
DEPTH_MOST = 10
"""Of parentheses, after which what the library tries doubles with each."""
OPERATORS_MOST = 200
LEVELS_MOST = 64
"""Of JSON: polygons alone have five."""

_TOKENS = re.compile(
    r"""'(?:[^']|'')*' | "(?:[^"]|"")*" | (?P<open>[(\[]) | (?P<close>[)\]])
      | (?P<operator>\b(?:and|or|not|like|between|in|is|div)\b | [-+*/^%=<>]+) | (?P<quote>['"])""",
    re.IGNORECASE | re.VERBOSE,
)


def read_filter(text: str, language: str) -> Any:  # noqa: ANN401  plain data of JSON
    """
    Return a filter as plain data.

    Parameters
    ----------
    text
        CQL2.
    language
        ``cql2-text`` or ``cql2-json``.

    Raises
    ------
    InvalidInputError
        It is not CQL2, or too long, deep or manifold to be read.
    """
    if len(text) > LENGTH_MOST:
        raise InvalidInputError(
            "filter: {given} characters; {most} at most", given=len(text), most=LENGTH_MOST
        )
    return _of_json(text) if language == "cql2-json" else _of_text(text)


def _of_text(text: str) -> Any:  # noqa: ANN401  plain data of JSON
    _require_harmless(text)
    try:
        return cql2.parse_text(text).to_json()
    except BaseException as error:
        # A panic of the library is no Exception; what is not of the library stays what it is.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise InvalidInputError(
            "filter: this is no CQL2 text: {where}; write it like gap='none' AND residents>100",
            where=_where(str(error)),
        ) from None


def _require_harmless(text: str) -> None:
    depth = deepest = operators = 0
    for token in _TOKENS.finditer(text):
        if token["quote"]:
            raise InvalidInputError("filter: a quotation mark is not closed; close it")
        operators += token["operator"] is not None
        depth += (token["open"] is not None) - (token["close"] is not None)
        deepest = max(deepest, depth)
        if depth < 0:
            break
    if depth != 0:
        raise InvalidInputError("filter: the parentheses do not pair; open and close each")
    if deepest > DEPTH_MOST:
        raise InvalidInputError(
            "filter: parentheses {given} deep; {most} at most", given=deepest, most=DEPTH_MOST
        )
    if operators > OPERATORS_MOST:
        raise InvalidInputError(
            "filter: {given} operators; {most} at most", given=operators, most=OPERATORS_MOST
        )


def _where(said: str) -> str:
    """Return line and column of what the library says; not the text, which the reader has."""
    found = re.search(r"--> (\d+:\d+)", said)
    return found[1] if found else "?"


def _of_json(text: str) -> Any:  # noqa: ANN401  plain data of JSON
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|([\[{])|([\]}])', text):
        depth += (token[1] is not None) - (token[2] is not None)
        deepest = max(deepest, depth)
    if deepest > LEVELS_MOST:
        raise InvalidInputError(
            "filter: {given} levels deep; {most} at most", given=deepest, most=LEVELS_MOST
        )
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InvalidInputError(
            'filter: this is no JSON; write it like {{"op":"=","args":[{{"property":"gap"}},"none"]}}'
        ) from None
    return found


def _no_number(name: str) -> None:
    raise ValueError(name)
