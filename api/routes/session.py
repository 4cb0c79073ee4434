"""Coming in and going out: by password, by link, by the city's own sign-in; guests, tokens."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from api.access import TAG, VisitorDep, is_secure, needs, set_session
from api.deps import AccountsDep, Language, SettingsDep
from api.errors import Problem
from api.links import base_address
from geo.errors import NotFoundError
from services.accounts import oidc
from services.accounts.people import (
    PASSWORD_LEAST,
    PASSWORD_MOST,
    council_names,
    personal_data,
)
from services.accounts.rights import ANYBODY, RIGHTS, Visitor
from services.accounts.sessions import (
    GUEST_DAYS_MOST,
    TOKEN_DAYS_MOST,
    change_password,
    come_by,
    invitations,
    invite,
    look_in,
    make_token,
    revoke_token,
    sign_in,
    sign_out,
    tokens,
    withdraw,
)
from services.accounts.tables import has_accounts
from services.words.texts import text
from services.words.vocabulary import OF_AREAS, ROLES, View

router = APIRouter(tags=[TAG])
_REFUSED: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem} for code in (401, 403, 404, 422, 429)
}


class SignInBody(BaseModel, extra="forbid"):
    """How somebody comes in: by account and password, or by a link."""

    account: str = Field("", max_length=300)
    password: str = Field("", max_length=300)
    link: str = Field("", max_length=300)


class ViewBody(BaseModel, extra="forbid"):
    """In which view the map is shown from now on."""

    view: View


class PasswordBody(BaseModel, extra="forbid"):
    """The password of until now, and the one from now on."""

    old: str = Field(max_length=300)
    new: str = Field(min_length=PASSWORD_LEAST, max_length=PASSWORD_MOST)


class GuestBody(BaseModel, extra="forbid"):
    """Whom a link of guests lets in: to the meeting of which council, for how long."""

    council_id: str
    purpose: str = Field("", max_length=200, description="Which meeting; no names of persons")
    days: float = Field(14, gt=0, le=GUEST_DAYS_MOST)


class TokenBody(BaseModel, extra="forbid"):
    """A token of a program."""

    name: str = Field(min_length=1, max_length=100)
    scopes: list[str] = Field(max_length=20, description="Rights; reading is always among them")
    days: float = Field(90, gt=0, le=TOKEN_DAYS_MOST)


@router.get(
    "/sign-in", summary="Page to sign in", response_class=HTMLResponse, dependencies=[needs("read")]
)
def page(
    request: Request,
    workspace: AccountsDep,
    settings: SettingsDep,
    lang: Language = "ja",
    to: Annotated[Literal["map", "account"], Query(description="Page to go to afterwards")] = "map",
) -> HTMLResponse:
    """Return the page; a link that lets somebody in leads here with its secret behind the #."""
    template = request.app.state.templates.get_template("sign-in.html")
    body = template.render(
        lang=lang,
        t=partial(text, lang=lang),
        to=to,
        has_accounts=has_accounts(workspace),
        oidc=bool(settings.oidc_issuer),
    )
    return HTMLResponse(body, headers={"cache-control": "no-store"})


@router.get(
    "/account",
    summary="Page of one's account",
    response_class=HTMLResponse,
    responses={302: {"description": "To the page to sign in"}},
    dependencies=[needs("read")],
)
def account_page(
    request: Request, workspace: AccountsDep, who: VisitorDep, lang: Language = "ja"
) -> Response:
    """Return the page on which people see what they may, and keep links, tokens and accounts."""
    if not who.is_known:
        return RedirectResponse(f"/sign-in?lang={lang}&to=account", status_code=302)
    names = council_names(workspace)
    mine = names if who.councils is None else {i: names.get(i, i) for i in sorted(who.councils)}
    town = workspace.profile.municipality
    whole = (town.jis_code, town.name if lang == "ja" else town.name_en)
    body = request.app.state.templates.get_template("account.html").render(
        lang=lang,
        t=partial(text, lang=lang),
        who=who,
        rights=[one for one in RIGHTS if one in who.rights],
        mine=mine,
        whole=whole,
        names=names,
        roles=ROLES,
        of_areas=OF_AREAS,
        password_least=PASSWORD_LEAST,
        password_most=PASSWORD_MOST,
        guest_days_most=GUEST_DAYS_MOST,
        token_days_most=TOKEN_DAYS_MOST,
    )
    return HTMLResponse(body, headers={"cache-control": "no-store"})


@router.get("/session", summary="Who is signed in", dependencies=[needs("read")])
async def session(who: VisitorDep) -> dict[str, Any]:
    """Return as what one visits, what one may do, and the token that goes with what is written."""
    return _told(who)


@router.post("/session", summary="Sign in", responses=_REFUSED, dependencies=[needs("read")])
def enter(
    request: Request, response: Response, workspace: AccountsDep, body: SignInBody
) -> dict[str, Any]:
    """Begin a session, which a cookie holds; the one of before ends."""
    address = request.client.host if request.client else ""
    entry = (
        come_by(workspace, body.link)
        if body.link
        else sign_in(workspace, body.account, body.password, address=address)
    )
    set_session(response.headers, entry.key, secure=is_secure(request))
    response.headers["cache-control"] = "no-store"
    request.app.state.begin_work(entry.visitor)
    return _told(entry.visitor)


@router.delete("/session", summary="Sign out", status_code=204, dependencies=[needs("read")])
def leave(
    request: Request,
    response: Response,
    workspace: AccountsDep,
    who: VisitorDep,
    everywhere: Annotated[bool, Query(description="End all sessions of the account")] = False,  # noqa: FBT002  FastAPI reads it by name
) -> None:
    """End the session."""
    if who.session:
        sign_out(workspace, who, everywhere=everywhere)
    set_session(response.headers, "", secure=is_secure(request))


@router.put(
    "/session/view",
    summary="Choose the view",
    responses=_REFUSED,
    dependencies=[needs("exact")],
)
def choose_view(workspace: AccountsDep, who: VisitorDep, body: ViewBody) -> dict[str, Any]:
    """See what the public sees, or the exact figures, from now on."""
    look_in(workspace, who, body.view)
    return {**_told(who), "view": body.view}


@router.put(
    "/session/password",
    summary="Change one's password",
    status_code=204,
    responses=_REFUSED,
    dependencies=[needs("attend")],
)
def new_password(workspace: AccountsDep, who: VisitorDep, body: PasswordBody) -> None:
    """Change the password of one's own account; its other sessions end."""
    change_password(workspace, who, body.old, body.new)


@router.get(
    "/session/personal-data",
    summary="What is kept of one's account",
    responses=_REFUSED,
    dependencies=[needs("attend")],
)
def kept(workspace: AccountsDep, who: VisitorDep) -> dict[str, Any]:
    """Return all that is kept of one's own account."""
    if not who.account_id:
        raise NotFoundError("nothing is kept of whoever comes by a link")
    return personal_data(workspace, who.account_id)


@router.get(
    "/session/oidc",
    summary="Sign in by the city's own sign-in",
    response_class=RedirectResponse,
    status_code=302,
    responses={404: {"model": Problem}, 503: {"model": Problem}},
    dependencies=[needs("read")],
)
def ask_provider(
    request: Request, workspace: AccountsDep, settings: SettingsDep
) -> RedirectResponse:
    """Lead to the provider (OpenID Connect)."""
    client = _client(request, settings)
    address, browser = oidc.begin(workspace, client)
    answer = RedirectResponse(address, status_code=302)
    answer.set_cookie(
        oidc.COOKIE,
        browser,
        max_age=oidc.LASTS_S,
        path="/session/oidc",
        httponly=True,
        samesite="lax",
        secure=is_secure(request),
    )
    return answer


@router.get(
    "/session/oidc/callback",
    summary="Come back from the city's own sign-in",
    response_class=HTMLResponse,
    responses=_REFUSED,
    dependencies=[needs("read")],
)
def come_back(
    request: Request,
    workspace: AccountsDep,
    settings: SettingsDep,
    state: Annotated[str, Query(max_length=300, description="What the provider was sent")] = "",
    code: Annotated[str, Query(max_length=4000, description="What the provider gives")] = "",
) -> Response:
    """Begin a session of the account that has the mail which the provider vouches for."""
    browser = request.cookies.get(oidc.COOKIE, "")
    entry = oidc.finish(
        workspace, _client(request, settings), state=state, code=code, browser=browser
    )
    # Not by a redirect: a cookie that is for this site alone would not go along with one that began elsewhere.
    answer = HTMLResponse(
        '<!doctype html><meta http-equiv="refresh" content="0;url=/"><a href="/">/</a>'
    )
    set_session(answer.headers, entry.key, secure=is_secure(request))
    answer.delete_cookie(oidc.COOKIE, path="/session/oidc")
    request.app.state.begin_work(entry.visitor)
    return answer


@router.get(
    "/guest-links", summary="Links of guests", responses=_REFUSED, dependencies=[needs("decide")]
)
def guests(workspace: AccountsDep, who: VisitorDep) -> dict[str, Any]:
    """List the links that one has made and that still lead somewhere."""
    return {"links": invitations(workspace, who)}


@router.post(
    "/guest-links",
    summary="Let guests of a meeting in",
    status_code=201,
    responses=_REFUSED,
    dependencies=[needs("decide")],
)
def let_in(
    request: Request, workspace: AccountsDep, who: VisitorDep, body: GuestBody
) -> dict[str, Any]:
    """Make a link that shows guests what one council has before it, until it ends; it is told once."""
    made = invite(workspace, who, [body.council_id], purpose=body.purpose, days=body.days)
    return {**made, "address": f"{base_address(request)}/sign-in#{made.pop('link')}"}


@router.delete(
    "/guest-links/{link_id}",
    summary="Withdraw a link of guests",
    status_code=204,
    responses=_REFUSED,
    dependencies=[needs("decide")],
)
def withdraw_link(workspace: AccountsDep, who: VisitorDep, link_id: str) -> None:
    """Let a link lead nowhere, and those out who came by it."""
    withdraw(workspace, who, link_id)


@router.get("/tokens", summary="One's own tokens", responses=_REFUSED, dependencies=[needs("keep")])
def own_tokens(workspace: AccountsDep, who: VisitorDep) -> dict[str, Any]:
    """List the tokens of one's account, without what they are."""
    return {"tokens": tokens(workspace, who)}


@router.post(
    "/tokens",
    summary="Make a token",
    status_code=201,
    responses=_REFUSED,
    dependencies=[needs("keep")],
)
def new_token(workspace: AccountsDep, who: VisitorDep, body: TokenBody) -> dict[str, Any]:
    """Make a token for a program (`Authorization: Bearer …`); it is told once."""
    return make_token(workspace, who, body.name, body.scopes, days=body.days)


@router.delete(
    "/tokens/{token_id}",
    summary="Revoke a token",
    status_code=204,
    responses=_REFUSED,
    dependencies=[needs("keep")],
)
def drop_token(workspace: AccountsDep, who: VisitorDep, token_id: str) -> None:
    """Let a token be worth nothing from now on."""
    revoke_token(workspace, who, token_id)


def _told(who: Visitor) -> dict[str, Any]:
    known = who != ANYBODY
    return {
        "standing": who.standing,
        "account_id": who.account_id,
        "name": who.name,
        "rights": sorted(who.rights),
        "councils": None if who.councils is None else sorted(who.councils),
        "view": who.view,
        "csrf": who.csrf if known else "",
    }


def _client(request: Request, settings: SettingsDep) -> oidc.Client:
    if not settings.oidc_issuer:
        raise NotFoundError("this server has no sign-in of the city's own; sign in by a password")
    return oidc.Client(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=settings.oidc_client_secret.get_secret_value(),
        back=f"{base_address(request)}/session/oidc/callback",
    )
