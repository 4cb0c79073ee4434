"""Coming in: by a password, by a link, by a token; and going out. Who asks is found here."""

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from itsdangerous import BadSignature, Signer
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from geo.errors import InvalidInputError, NotAllowedError, NotFoundError, NotKnownError
from services.accounts.counts import TRIES_OF_ACCOUNT, TRIES_OF_ADDRESS, Limiter
from services.accounts.log import keep, note
from services.accounts.people import hashed, is_right, of_login
from services.accounts.rights import ANYBODY, MAY, Standing, Visitor
from services.accounts.tables import (
    Account,
    ApiToken,
    InviteLink,
    Secret,
    SignedIn,
    reading_accounts,
    writing_accounts,
)
from services.words.vocabulary import EXACT, PUBLIC, View
from services.workspace.folder import Workspace

IDLE_S, LONGEST_S = 2 * 3600.0, 12 * 3600.0
"""A session ends when nothing was asked for so long, and in any case after a working day."""
TURNS_S, OVERLAP_S = 1800.0, 60.0
"""After so long it gets another id; what was asked under the old one meanwhile is still answered."""
SEEN_EVERY_S = 60.0
KEYBOARD_S = 3600.0
GUEST_DAYS_MOST = 60
TOKEN_DAYS_MOST = 366
DAY_S = 86_400.0
_SIGNING_KEY = "session"
_KEY_MOST = 200


@dataclass(frozen=True, slots=True)
class SessionStart:
    """A session that has just begun, or goes on under another id: ``key`` is what its cookie holds."""

    key: str
    visitor: Visitor


def sign_in(workspace: Workspace, login: str, password: str, *, address: str) -> SessionStart:
    """
    Begin a session by a password.

    Raises
    ------
    NotAllowedError
        Account and password are not a pair; which of them is wrong is not said.
    QueueFullError
        It was tried too often, of this account or from this address.
    """
    limiter = Limiter(workspace)
    with reading_accounts(workspace) as opened:
        account = None if opened is None else of_login(opened, login)
        account_id = account.account_id if account else ""
    # Counted before it is tried, for many may try at once; by id and by mail it is one account.
    whose = account_id or login.strip().casefold()[:200]
    limiter.require(TRIES_OF_ADDRESS, address)
    limiter.take(TRIES_OF_ACCOUNT, whose)
    if not is_right(account, password):
        limiter.count(TRIES_OF_ADDRESS, address)
        keep(workspace, ANYBODY, "session.refused", account_id)
        raise NotAllowedError("account and password do not go together; see how both are written")
    limiter.forget(TRIES_OF_ACCOUNT, whose)
    with writing_accounts(workspace) as opened:
        return begin(opened, opened.get_one(Account, account_id))


def begin(opened: Session, account: Account) -> SessionStart:
    """Begin a session of an account that has shown who it is."""
    now = time.time()
    view: View = EXACT if "exact" in MAY[_standing(account.role)] else PUBLIC
    row = SignedIn(
        account_id=account.account_id,
        standing=account.role,
        councils=account.councils,
        view=view,
        csrf=secrets.token_urlsafe(24),
        made_at=now,
        seen_at=now,
        ends_at=now + LONGEST_S,
    )
    return _begun(opened, row, account)


def come_by(workspace: Workspace, link: str) -> SessionStart:
    """
    Begin a session by a link, which a link of one use does not survive.

    Raises
    ------
    NotAllowedError
        It is none, was used, or has ended.
    """
    with writing_accounts(workspace) as opened:
        found = opened.get(InviteLink, _hash(link))
        now = time.time()
        if found is None or found.ends_at <= now:
            raise NotAllowedError(
                "this link was used already, or its time is over; ask for another one"
            )
        row = SignedIn(
            account_id=None,
            standing=found.standing,
            link_id=found.link_id,
            councils=found.councils,
            view=EXACT if "exact" in MAY[_standing(found.standing)] else PUBLIC,
            csrf=secrets.token_urlsafe(24),
            made_at=now,
            seen_at=now,
            ends_at=min(found.ends_at, now + LONGEST_S) if not found.once else now + LONGEST_S,
        )
        if found.once:
            opened.delete(found)
        return _begun(opened, row, None)


def visitor_of(workspace: Workspace, key: str) -> tuple[Visitor, str]:
    """
    Return who comes with a cookie, anybody where it is none or over; and its next one, '' to keep it.

    It goes on under another id from time to time, so that one that was seen by somebody is soon worth
    nothing.
    """
    session_id = _unsigned(workspace, key)
    if not session_id:
        return ANYBODY, ""
    now = time.time()
    with reading_accounts(workspace) as opened:
        found = None if opened is None else _alive(opened, session_id, now)
        if found is None:
            return ANYBODY, ""
        visitor = _visitor(*found)
        due = found[0].seen_at + SEEN_EVERY_S <= now
    return _goes_on(workspace, session_id, now) if due else (visitor, "")


def _alive(opened: Session, session_id: str, now: float) -> tuple[SignedIn, Account | None] | None:
    row = opened.get(SignedIn, _hash(session_id))
    if row is None or row.ends_at <= now or row.seen_at + IDLE_S <= now:
        return None
    account = opened.get(Account, row.account_id) if row.account_id else None
    return None if row.account_id and account is None else (row, account)


def _goes_on(workspace: Workspace, session_id: str, now: float) -> tuple[Visitor, str]:
    """Note that a session is still asked under, and let it go on under another id where that is due."""
    with writing_accounts(workspace) as opened:
        found = _alive(opened, session_id, now)
        if found is None:
            return ANYBODY, ""
        row, account = found
        row.seen_at = now
        if row.made_at + TURNS_S > now or row.ends_at <= now + OVERLAP_S:
            return _visitor(row, account), ""
        names = ("account_id", "standing", "link_id", "councils", "view", "csrf", "ends_at")
        then = SignedIn(**{name: getattr(row, name) for name in names}, made_at=now, seen_at=now)
        row.ends_at = now + OVERLAP_S
        entry = _begun(opened, then, account, told=False)
        return entry.visitor, entry.key


def by_token(workspace: Workspace, token: str) -> Visitor:
    """
    Return who a program asks for.

    Raises
    ------
    NotKnownError
        It is no token, or its time is over.
    """
    with reading_accounts(workspace) as opened:
        row = None if opened is None else opened.get(ApiToken, _hash(token))
        account = None if opened is None or row is None else opened.get(Account, row.account_id)
        if row is None or account is None or row.ends_at <= time.time():
            raise NotKnownError("this token is not known, or its time is over; make another one")
        standing = _standing(account.role)
        rights = MAY[standing] & {"read", *row.scopes}
        return Visitor(
            standing=standing,
            rights=rights,
            account_id=account.account_id,
            name=account.name,
            councils=_frozen(account.councils),
            view=EXACT if "exact" in rights else PUBLIC,
        )


def sign_out(workspace: Workspace, visitor: Visitor, *, everywhere: bool = False) -> None:
    """End a session, or all those of its account."""
    with writing_accounts(workspace) as opened:
        mine = SignedIn.session_hash == visitor.session
        if everywhere and visitor.account_id:
            mine = SignedIn.account_id == visitor.account_id
        opened.execute(delete(SignedIn).where(mine))
        note(opened, visitor, "session.end", visitor.account_id)


def change_password(workspace: Workspace, by: Visitor, old: str, new: str) -> None:
    """
    Change the password of one's own account, which ends its other sessions.

    Raises
    ------
    InvalidInputError, NotAllowedError
        The new one is too short or too long; the old one is wrong, or nobody is signed in by an account.
    QueueFullError
        It was tried too often.
    """
    if not (by.account_id and by.session):
        raise NotAllowedError("a password is an account's; sign in by an account to change it")
    limiter = Limiter(workspace)
    limiter.require(TRIES_OF_ACCOUNT, by.account_id)
    with reading_accounts(workspace) as opened:
        right = is_right(None if opened is None else opened.get(Account, by.account_id), old)
    if not right:
        limiter.count(TRIES_OF_ACCOUNT, by.account_id)
        keep(workspace, by, "session.refused", by.account_id)
        raise NotAllowedError("the password of until now is not this one; see how it is written")
    limiter.forget(TRIES_OF_ACCOUNT, by.account_id)
    password = hashed(new)
    with writing_accounts(workspace) as opened:
        opened.get_one(Account, by.account_id).password = password
        others = SignedIn.session_hash != by.session
        opened.execute(delete(SignedIn).where(SignedIn.account_id == by.account_id, others))
        note(opened, by, "account.password", by.account_id)


def look_in(workspace: Workspace, visitor: Visitor, view: View) -> None:
    """Let a session see another view from now on."""
    if view == EXACT and "exact" not in visitor.rights:
        raise NotAllowedError("the exact view is for planners")
    with writing_accounts(workspace) as opened:
        row = opened.get(SignedIn, visitor.session)
        if row is None:
            raise NotKnownError("nobody is signed in; sign in first")
        row.view = view


def invite(
    workspace: Workspace,
    by: Visitor,
    councils: Sequence[str],
    *,
    purpose: str,
    days: float,
) -> dict[str, Any]:
    """
    Make a link by which guests of a council see what it has before it, and nothing of others.

    Raises
    ------
    InvalidInputError, NotAllowedError
        It would last too long; an area is not the inviter's.
    """
    if not 0 < days <= GUEST_DAYS_MOST:
        raise InvalidInputError("a link lasts up to {most} days", most=GUEST_DAYS_MOST)
    if not councils:
        raise InvalidInputError("say whose meeting it is for: a council's area")
    by.hand.require(councils)
    return _invited(
        workspace, by, "guest", sorted(councils), purpose, ends_in_s=days * DAY_S, once=False
    )


def keyboard_link(workspace: Workspace) -> dict[str, Any]:
    """Make the link of the person at the keyboard, who owns the files: of one use, a planner's."""
    return _invited(workspace, ANYBODY, "planner", None, "", ends_in_s=KEYBOARD_S, once=True)


def invitations(workspace: Workspace, by: Visitor) -> list[dict[str, Any]]:
    """Return the links of guests that still lead somewhere: one's own, all to who administers."""
    with reading_accounts(workspace) as opened:
        if opened is None:
            return []
        rows = opened.scalars(select(InviteLink).where(InviteLink.ends_at > time.time()))
        return [_of_link(one) for one in rows if not one.once and _is_own(by, one.made_by)]


def withdraw(workspace: Workspace, by: Visitor, link_id: str) -> None:
    """Let a link of guests lead nowhere; who came by it is out as well."""
    with writing_accounts(workspace) as opened:
        row = opened.scalar(select(InviteLink).where(InviteLink.link_id == link_id))
        if row is None or row.once or not _is_own(by, row.made_by):
            raise NotFoundError("there is no link {link_id!r}", link_id=link_id)
        opened.execute(delete(SignedIn).where(SignedIn.link_id == link_id))
        note(opened, by, "link.withdraw", link_id, before=_of_link(row))
        opened.delete(row)


def make_token(
    workspace: Workspace, by: Visitor, name: str, scopes: Sequence[str], *, days: float
) -> dict[str, Any]:
    """
    Make a token of one's own account; it is told once, and kept as a hash.

    ``scopes`` are rights: it has those that the account has as well. One that writes registry and
    decisions of a council needs ``keep`` and ``decide``.
    """
    if not by.account_id or not by.session:  # a token makes no token that outlives it
        raise NotAllowedError("a token is an account's; sign in by an account")
    wrong = sorted(set(scopes) - by.rights)
    if wrong:
        raise InvalidInputError("the account itself has no right to {wrong}", wrong=wrong)
    if not 0 < days <= TOKEN_DAYS_MOST:
        raise InvalidInputError("a token lasts up to {most} days", most=TOKEN_DAYS_MOST)
    token, now = secrets.token_urlsafe(32), time.time()
    row = ApiToken(
        token_hash=_hash(token),
        token_id=secrets.token_hex(6),
        account_id=by.account_id,
        name=name.strip()[:100],
        scopes=sorted(scopes),
        made_at=now,
        ends_at=now + days * DAY_S,
    )
    with writing_accounts(workspace) as opened:
        opened.add(row)
        told = _of_token(row)
        note(opened, by, "token.make", row.token_id, after={"scopes": row.scopes})
    return {**told, "token": token}


def tokens(workspace: Workspace, by: Visitor) -> list[dict[str, Any]]:
    """Return one's own tokens, without what they are."""
    with reading_accounts(workspace) as opened:
        if opened is None:
            return []
        rows = opened.scalars(select(ApiToken).where(ApiToken.account_id == by.account_id))
        return [_of_token(one) for one in rows]


def revoke_token(workspace: Workspace, by: Visitor, token_id: str) -> None:
    """Let one of one's own tokens be worth nothing."""
    with writing_accounts(workspace) as opened:
        row = opened.scalar(select(ApiToken).where(ApiToken.token_id == token_id))
        if row is None or row.account_id != by.account_id:
            raise NotFoundError("there is no token {token_id!r}", token_id=token_id)
        note(opened, by, "token.revoke", token_id)
        opened.delete(row)


def _begun(
    opened: Session, row: SignedIn, account: Account | None, *, told: bool = True
) -> SessionStart:
    now = time.time()
    opened.execute(delete(SignedIn).where(SignedIn.ends_at <= now))
    opened.execute(delete(InviteLink).where(InviteLink.ends_at <= now))
    session_id = secrets.token_urlsafe(32)
    row.session_hash = _hash(session_id)
    opened.add(row)
    visitor = _visitor(row, account)
    if told:
        note(opened, visitor, "session.begin", visitor.account_id)
    return SessionStart(_signer(opened).sign(session_id).decode(), visitor)


def _visitor(row: SignedIn, account: Account | None) -> Visitor:
    standing = _standing(account.role if account else row.standing)
    rights = MAY[standing]
    return Visitor(
        standing=standing,
        rights=rights,
        account_id=account.account_id if account else "",
        name=account.name if account else "",
        councils=_frozen(account.councils if account else row.councils),
        view=EXACT if row.view == EXACT and "exact" in rights else PUBLIC,
        session=row.session_hash,
        csrf=row.csrf,
    )


def _standing(role: str) -> Standing:
    # Of a role that a later version has: what anybody may.
    return next((one for one in MAY if one == role), "public")


def _frozen(councils: Sequence[str] | None) -> frozenset[str] | None:
    return None if councils is None else frozenset(councils)


def _invited(  # noqa: PLR0913  each is a fact of a link
    workspace: Workspace,
    by: Visitor,
    standing: Standing,
    councils: list[str] | None,
    purpose: str,
    *,
    ends_in_s: float,
    once: bool,
) -> dict[str, Any]:
    link, now = secrets.token_urlsafe(32), time.time()
    row = InviteLink(
        link_hash=_hash(link),
        link_id=secrets.token_hex(6),
        standing=standing,
        councils=councils,
        purpose=purpose.strip()[:200],
        once=once,
        made_by=by.account_id,
        made_at=now,
        ends_at=now + ends_in_s,
    )
    with writing_accounts(workspace) as opened:
        opened.add(row)
        told = _of_link(row)
        note(opened, by, "link.keyboard" if once else "link.make", row.link_id, after=told)
    return {**told, "link": link}


def _of_link(row: InviteLink) -> dict[str, Any]:
    names = ("link_id", "standing", "councils", "purpose", "made_at", "ends_at")
    return {name: getattr(row, name) for name in names}


def _of_token(row: ApiToken) -> dict[str, Any]:
    return {
        name: getattr(row, name) for name in ("token_id", "name", "scopes", "made_at", "ends_at")
    }


def _is_own(by: Visitor, made_by: str) -> bool:
    # '' is the person at the keyboard: nobody else without an account may make a link.
    return "administer" in by.rights or made_by == by.account_id


def _hash(secret: str) -> str:
    """Return what is kept of a secret that nobody can guess: no salt, for there is nothing to try."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _signer(opened: Session) -> Signer:
    key = opened.get(Secret, _SIGNING_KEY)
    if key is None:
        key = Secret(name=_SIGNING_KEY, value=secrets.token_hex(32), ends_at=0.0)
        opened.add(key)
    return Signer(key.value, salt=_SIGNING_KEY, digest_method=hashlib.sha256)


def _unsigned(workspace: Workspace, key: str) -> str:
    """Return the id that a cookie holds, '' where this server has not signed it."""
    with reading_accounts(workspace) as opened:
        if opened is None or len(key) > _KEY_MOST or opened.get(Secret, _SIGNING_KEY) is None:
            return ""
        try:
            return _signer(opened).unsign(key).decode()
        except (BadSignature, UnicodeDecodeError):
            return ""
