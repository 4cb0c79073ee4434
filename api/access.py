"""
Who asks, and whether he may: found once for each request, asked of by the rule that every route has.

A rule is a dependency made by ``needs``; ``tests/api/test_access.py`` walks all routes and refuses one
that has none. What a page of another origin sends is refused before anything is read.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import STATUS_CODES, answer_of
from api.headers import LOOPBACK
from api.reading import READS
from api.settings import Settings
from geo.errors import ArukebaError, NotAllowedError, NotKnownError
from services.accounts.counts import Limiter, writes_of_account
from services.accounts.log import keep
from services.accounts.rights import ANYBODY, Right, Visitor
from services.accounts.sessions import by_token, visitor_of
from services.accounts.tables import are_kept, has_accounts
from services.workspace.folder import Workspace

COOKIE = "arukeba_session"
CSRF = "x-csrf-token"
"""Header with what ``GET /session`` says: a page of another origin cannot read it."""
TAG = "Accounts"
"""Of routes about accounts, which tell the log themselves what they do."""
_SAME = ("same-origin", "none", "")
_BEARER = "bearer "


def visitor(request: Request) -> Visitor:
    """Return who asks."""
    found: Visitor = request.scope.get("visitor", ANYBODY)
    return found


async def _visitor(request: Request) -> Visitor:
    return visitor(request)


VisitorDep = Annotated[Visitor, Depends(_visitor)]


class Needs:
    """The rule of a route: whoever asks needs a right."""

    def __init__(self, right: Right) -> None:
        self.right: Right = right

    async def __call__(self, request: Request) -> Visitor:
        """Return who asks, refused where he has not the right."""
        who = visitor(request)
        require(who, self.right, request.app.state.workspace)
        return who


def require(who: Visitor, right: Right, workspace: Workspace) -> None:
    """
    Refuse who has not a right.

    Raises
    ------
    NotKnownError, NotAllowedError
        Nobody knows yet who it is; it is somebody who may not.
    """
    if right in who.rights:
        return
    if who.is_known:
        raise NotAllowedError("this is not for you to do; ask the city's planner for it")
    if workspace.is_published:
        raise NotAllowedError("a published folder is only read")
    if not has_accounts(workspace):
        raise NotKnownError(
            "there is no account yet, so this server only shows what is public; on the server, make "
            "the first one with: arukeba account add WORKSPACE ID --role administrator"
        )
    raise NotKnownError("sign in first, at /sign-in")


def needs(right: Right) -> Any:  # noqa: ANN401  what FastAPI takes as a dependency
    """Return the rule that a right is needed, as a dependency of a route."""
    return Depends(Needs(right))


def routes_of(routes: Sequence[BaseRoute]) -> list[APIRoute]:
    """Return all that answers among the routes of an application, those of its routers as well."""
    found = (one.original_route for one in iter_route_contexts(routes))
    return [one for one in found if isinstance(one, APIRoute)]


def rules(route: APIRoute) -> set[Right]:
    """Return the rights that a route asks for."""
    return {one.call.right for one in _all(route.dependant) if isinstance(one.call, Needs)}


def _all(dependant: Dependant) -> Iterator[Dependant]:
    for one in dependant.dependencies:
        yield one
        yield from _all(one)


def describe_access(document: dict[str, Any], routes: Sequence[BaseRoute]) -> dict[str, Any]:
    """Say in an OpenAPI document which operations need somebody to be signed in, and how that is shown."""
    document.setdefault("components", {})["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
        "token": {"type": "http", "scheme": "bearer"},
    }
    for route in routes_of(routes):
        if route.include_in_schema and rules(route) - {"read"}:
            for method in route.methods or ():
                operation = document["paths"][route.path_format][method.lower()]
                operation["security"] = [{"session": []}, {"token": []}]
                for refused in (NotKnownError, NotAllowedError):
                    status = STATUS_CODES[refused]
                    told = {"description": status.phrase}
                    operation["responses"].setdefault(f"{status:d}", told)
    return document


def deed(request: Request, *, before: Any = None, after: Any = None) -> None:  # noqa: ANN401  plain data
    """Say what was before and after what a request did, for the log."""
    request.scope["deed"] = (before, after)


def is_secure(request: Request) -> bool:
    """Say whether browsers reach this server under TLS."""
    settings: Settings = request.app.state.settings
    return (settings.address or str(request.base_url)).startswith("https:")


def set_session(headers: MutableHeaders, key: str, *, secure: bool) -> None:
    """Give a browser its session, or take it away where ``key`` is ''."""
    flags = ["Path=/", "HttpOnly", "SameSite=Strict", *(["Secure"] if secure else [])]
    ended = [] if key else ["Max-Age=0"]
    name = _cookie_name(secure=secure)
    headers.append("set-cookie", "; ".join([f"{name}={key}", *flags, *ended]))


class AccessControl:
    """Finds out who asks, and lets nothing pass that a page of another origin sends."""

    def __init__(self, app: ASGIApp, *, workspace: Workspace, settings: Settings) -> None:
        self.app = app
        self._workspace = workspace
        self._own = urlsplit(settings.address) if settings.address else None
        named = [self._own.hostname] if self._own and self._own.hostname else []
        self._hosts = {*LOOPBACK, *(one.strip("[]").lower() for one in settings.hosts), *named}
        self._limiter = Limiter(workspace)
        self._writes = writes_of_account(settings.writes_most_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its visitor, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._require_host(headers)
            who, key = await self._who(headers, secure=self._is_secure(scope))
            await self._require_own_page(scope, headers, who)
        except ArukebaError as error:
            await answer_of(error)(scope, receive, send)
            return
        scope["visitor"] = who
        writes = scope["method"] not in READS

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and who.is_known:
                answer = MutableHeaders(scope=message)
                if key:
                    set_session(answer, key, secure=self._is_secure(scope))
                # What somebody sees who is signed in is nobody else's.
                del answer["access-control-allow-origin"]
                answer["cache-control"] = "private, no-cache"
                answer.add_vary_header("Cookie, Authorization")
                if writes and message["status"] < 400:  # noqa: PLR2004  HTTP's own border
                    await self._log(scope, who)
            await send(message)

        await self.app(scope, receive, told)

    def _require_host(self, headers: Headers) -> None:
        """Refuse a name that is not this server's: another's may have been made to lead here."""
        host = headers.get("host", "")
        name = _name(host)
        if name not in self._hosts:
            raise NotAllowedError(
                "this server is not called {name}; ask it by its own name, or have the name added "
                "to ARUKEBA_HOSTS",
                name=name[:100],
            )

    async def _who(self, headers: Headers, *, secure: bool) -> tuple[Visitor, str]:
        """Return who asks, and what his cookie is to be from now on."""
        given = headers.get("authorization", "")
        if given.lower().startswith(_BEARER):
            return await run_in_threadpool(
                by_token, self._workspace, given[len(_BEARER) :].strip()
            ), ""
        key = _cookie(headers, secure=secure)
        if not key or not are_kept(self._workspace):
            return ANYBODY, ""
        return await run_in_threadpool(visitor_of, self._workspace, key)

    async def _require_own_page(self, scope: Scope, headers: Headers, who: Visitor) -> None:
        """Refuse to write for a page that is not this server's own."""
        if scope["method"] in (*READS, "OPTIONS"):
            return
        origin = headers.get("origin", "")
        host = headers.get("host", "")
        # Without an address nobody knows whether a proxy before us speaks TLS; this machine may be
        # asked beside it.
        own = {f"http://{host}", f"https://{host}"}
        if self._own and _name(host) not in LOOPBACK:
            own = {f"{self._own.scheme}://{name}" for name in (host, self._own.netloc)}
        strange = headers.get("sec-fetch-site", "") not in _SAME
        if strange or (origin and origin not in own):
            raise NotAllowedError("a page of another origin writes nothing here")
        if who.session and headers.get(CSRF, "") != who.csrf:
            raise NotAllowedError(
                "the page is out of date; load it again (a program sends X-CSRF-Token as "
                "GET /session tells it, or uses a token)"
            )
        if who.is_known:
            await run_in_threadpool(self._limiter.take, self._writes, who.account_id or who.session)

    def _is_secure(self, scope: Scope) -> bool:
        return (self._own.scheme if self._own else scope["scheme"]) == "https"

    async def _log(self, scope: Scope, who: Visitor) -> None:
        route = scope.get("route")
        if not isinstance(route, APIRoute) or not rules(route) - {"read"} or TAG in route.tags:
            return
        before, after = scope.get("deed", (None, None))
        about = f"{scope['method']} {scope['path']}"
        await run_in_threadpool(
            keep, self._workspace, who, f"http.{route.name}", about, before=before, after=after
        )


def _name(host: str) -> str:
    """Return the name in a Host header, without the port."""
    is_plain = host.startswith("[") and host.endswith("]")
    return (host if is_plain else host.rsplit(":", 1)[0]).strip("[]").lower()


def _cookie(headers: Headers, *, secure: bool) -> str:
    """Return what the cookie of a session holds; under TLS that one which no other name could set."""
    for pair in headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == _cookie_name(secure=secure):
            return value
    return ""


def _cookie_name(*, secure: bool) -> str:
    return f"__Host-{COOKIE}" if secure else COOKIE
