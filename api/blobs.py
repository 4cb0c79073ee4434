"""Large answers that were written once: compressed for who takes it so, and not sent twice."""

from fastapi import Request, Response

from services.edition.tiles import Blob


def send(request: Request, blob: Blob, media_type: str) -> Response:
    """Answer with a blob, or say that the reader has it already."""
    headers = {"etag": blob.etag, "cache-control": "no-cache", "vary": "accept-encoding"}
    if is_known(request, blob.etag):
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(blob.gzipped, media_type=media_type, headers=headers)
    return Response(blob.plain, media_type=media_type, headers=headers)


def is_known(request: Request, etag: str) -> bool:
    """Say whether the reader has what is named so already (RFC 9110, 13.1.2: compared weakly)."""
    told = request.headers.get("if-none-match", "")
    return told.strip() == "*" or etag in (
        one.strip().removeprefix("W/") for one in told.split(",")
    )
