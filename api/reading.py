"""Reading as the web has it: HEAD wherever GET answers, and from pages of any origin."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

READS = ("GET", "HEAD")

_SHARED = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Accept-Ranges, Content-Crs, Content-Range, ETag, Link, Location",
}
_PREFLIGHT = {
    "access-control-allow-methods": "GET, HEAD, OPTIONS",
    "access-control-allow-headers": "Accept, Accept-Language, Content-Type, If-None-Match, If-Range, Range",
    "access-control-max-age": "86400",
}


class HeadAsGet:
    """Answers HEAD with the headers of GET."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass HEAD on as GET, and leave the body out."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def headers_alone(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app({**scope, "method": "GET"}, receive, headers_alone)


class SharedReading:
    """Lets pages of any origin read what is public, never with the reader's credentials; nobody writes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what a browser asks before, and mark what may be read."""
        if scope["type"] != "http" or scope["method"] not in (*READS, "OPTIONS"):
            await self.app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("access-control-request-method", "")
        if scope["method"] == "OPTIONS" and asked in READS:
            headers = [(k.encode(), v.encode()) for k, v in {**_SHARED, **_PREFLIGHT}.items()]
            await send({"type": "http.response.start", "status": 204, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start" and scope["method"] in READS:
                headers = MutableHeaders(scope=message)
                for name, value in _SHARED.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, shared)
