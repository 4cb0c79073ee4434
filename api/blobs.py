"""Large answers that were written once: compressed for who takes it so, and not sent twice."""

from fastapi import Request, Response

from services.edition.background import Blob


def send(request: Request, blob: Blob, media_type: str) -> Response:
    """Answer with a blob, or say that the reader has it already."""
    headers = {"etag": blob.etag, "cache-control": "no-cache", "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == blob.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(blob.gzipped, media_type=media_type, headers=headers)
    return Response(blob.plain, media_type=media_type, headers=headers)
