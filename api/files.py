"""Files that are streamed from the disk: in ranges, not sent twice."""

from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import FileResponse

from api.blobs import is_known


def send_file(request: Request, path: Path, media_type: str, name: str) -> Response:
    """Answer with a file or the ranges of it that are asked for, or say that the reader has it already."""
    # Packing would change the bytes that a range counts.
    headers = {"cache-control": "no-cache", "content-encoding": "identity"}
    answer = FileResponse(
        path, media_type=media_type, filename=name, headers=headers, stat_result=path.stat()
    )
    if is_known(request, answer.headers["etag"]):
        kept = ("etag", "last-modified", "cache-control")
        return Response(status_code=304, headers={key: answer.headers[key] for key in kept})
    return answer
