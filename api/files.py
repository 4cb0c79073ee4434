"""Files that are streamed from the disk: in ranges, not sent twice."""

from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse
from starlette.responses import MalformedRangeHeader, RangeNotSatisfiable
from starlette.types import Receive, Scope, Send

from api.blobs import is_known


class _InRanges(FileResponse):
    """Answers with the whole where a range is asked for in units, or in a form, that nobody knows (RFC 9110, 14.2)."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = [(name, value) for name, value in scope["headers"] if not self._is_odd(name, value)]
        await super().__call__({**scope, "headers": kept}, receive, send)

    def _is_odd(self, name: bytes, value: bytes) -> bool:
        if name.lower() != b"range":
            return False
        try:
            self._parse_range_header(value.decode("latin-1"), int(self.headers["content-length"]))
        except MalformedRangeHeader:
            return True
        except RangeNotSatisfiable:
            pass
        return False


def send_file(request: Request, path: Path, media_type: str, name: str) -> Response:
    """Answer with a file or the ranges of it that are asked for, or say that the reader has it already."""
    # Packing would change the bytes that a range counts.
    headers = {"cache-control": "no-cache", "content-encoding": "identity"}
    answer = _InRanges(
        path, media_type=media_type, filename=name, headers=headers, stat_result=path.stat()
    )
    if is_known(request, answer.headers["etag"]):
        kept = ("etag", "last-modified", "cache-control")
        return Response(status_code=304, headers={key: answer.headers[key] for key in kept})
    return answer
