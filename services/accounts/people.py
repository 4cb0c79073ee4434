"""Accounts: made, changed, told, taken away; each of an office or a council, with what it may do."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from geo.errors import InvalidInputError, NotFoundError, TakenError
from services.accounts.log import note
from services.accounts.rights import Visitor
from services.accounts.tables import (
    Account,
    ApiToken,
    Deed,
    SignedIn,
    reading_accounts,
    writing_accounts,
)
from services.words.vocabulary import OF_AREAS, ROLES, Role
from services.workspace.councils import listed_councils
from services.workspace.folder import Workspace

PASSWORD_LEAST, PASSWORD_MOST = 12, 200
"""Characters; longer ones are refused before they are hashed, which takes as long as they are long."""
_HASHED_AT_ONCE = BoundedSemaphore(2)
"""Each takes 64 MiB for a moment."""
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_MAIL = re.compile(r"[^@\s<>\"]{1,64}@[^@\s<>\"]{1,190}")
_NAME_MOST = 100


def add_account(  # noqa: PLR0913  each is a fact of an account
    workspace: Workspace,
    account_id: str,
    *,
    role: Role,
    name: str = "",
    mail: str = "",
    councils: Sequence[str] = (),
    password: str = "",
    by: Visitor,
) -> dict[str, Any]:
    """
    Make an account; without a password it signs in by the city's own sign-in, found by its mail.

    ``councils`` are ids or names of the areas in which a council or a coordinator writes.

    Raises
    ------
    InvalidInputError, TakenError
        A value cannot be used; there is such an account.
    """
    if _ID.fullmatch(account_id) is None:
        raise InvalidInputError(
            "{account_id!r} cannot be the id of an account; take 2 to 40 of a-z, 0-9, dot, hyphen, "
            "and name an office or a council, not a person",
            account_id=account_id,
        )
    if not password and not mail:
        raise InvalidInputError("an account needs a password, or a mail to be found by")
    row = Account(
        account_id=account_id,
        name=_checked_name(name),
        mail=_checked_mail(mail),
        role=_checked_role(role),
        councils=_councils(workspace, role, councils),
        password=hashed(password) if password else "",
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with writing_accounts(workspace) as opened:
        if opened.get(Account, account_id) is not None:
            raise TakenError("there is an account {account_id!r} already", account_id=account_id)
        _require_own_mail(opened, row.mail, account_id)
        opened.add(row)
        told = _told(row)
        note(opened, by, "account.add", account_id, after=_logged(row))
    return told


def change_account(  # noqa: PLR0913  each is a fact of an account
    workspace: Workspace,
    account_id: str,
    *,
    role: Role | None = None,
    name: str | None = None,
    mail: str | None = None,
    councils: Sequence[str] | None = None,
    password: str | None = None,
    by: Visitor,
) -> dict[str, Any]:
    """Change what is told; whoever is signed in by the account signs in again."""
    password_hash = None if password is None else hashed(password)
    with writing_accounts(workspace) as opened:
        row = _account(opened, account_id)
        before = _logged(row)
        if role is not None:
            row.role = _checked_role(role)
        if role is not None or councils is not None:
            wanted = (row.councils or ()) if councils is None else councils
            row.councils = _councils(workspace, row.role, wanted)
        row.name = row.name if name is None else _checked_name(name)
        if mail is not None:
            row.mail = _checked_mail(mail)
            _require_own_mail(opened, row.mail, account_id)
        row.password = password_hash or row.password
        opened.execute(delete(SignedIn).where(SignedIn.account_id == account_id))
        after = _logged(row) | ({"password": "changed"} if password_hash else {})
        note(opened, by, "account.change", account_id, before=before, after=after)
        return _told(row)


def remove_account(workspace: Workspace, account_id: str, *, by: Visitor) -> None:
    """
    Take an account away with name, mail, password, sessions and tokens.

    What it did stays in the logs under its id, which is that of an office or a council.
    """
    with writing_accounts(workspace) as opened:
        row = _account(opened, account_id)
        for table in (SignedIn, ApiToken):
            opened.execute(delete(table).where(table.account_id == account_id))
        note(opened, by, "account.remove", account_id, before=_logged(row))
        opened.delete(row)


def accounts(workspace: Workspace) -> list[dict[str, Any]]:
    """Return all accounts, without passwords."""
    with reading_accounts(workspace) as opened:
        if opened is None:
            return []
        return [_told(one) for one in opened.scalars(select(Account).order_by(Account.account_id))]


def personal_data(workspace: Workspace, account_id: str) -> dict[str, Any]:
    """Return all that is kept of an account: itself, its tokens, its sessions, what it did."""
    with reading_accounts(workspace) as opened:
        if opened is None:
            raise _nobody(account_id)
        row = _account(opened, account_id)
        tokens = opened.scalars(select(ApiToken).where(ApiToken.account_id == account_id))
        sessions = opened.scalars(select(SignedIn).where(SignedIn.account_id == account_id))
        done = opened.scalars(
            select(Deed).where(Deed.who == account_id).order_by(Deed.deed_id.desc())
        )
        return {
            "account": _told(row),
            "tokens": [
                {"name": one.name, "scopes": one.scopes, "made_at": one.made_at} for one in tokens
            ],
            "sessions": [{"made_at": one.made_at, "seen_at": one.seen_at} for one in sessions],
            "log": [{"at": one.at, "what": one.what, "about": one.about} for one in done],
        }


def council_names(workspace: Workspace) -> dict[str, str]:
    """Return id → name of the areas of the councils' layer, then of the councils that are listed."""
    areas = workspace.areas()
    councils = areas[areas["layer"] == workspace.profile.analysis.council_layer]
    names = {
        str(area_id): str(name)
        for area_id, name in zip(councils["area_id"], councils["area_name"], strict=True)
    }
    listed = {one.council_id: one.name for one in listed_councils(workspace)}
    return {**names, **{key: name for key, name in listed.items() if key not in names}}


def of_login(opened: Session, login: str) -> Account | None:
    """Return the account of an id or a mail, as somebody types it."""
    login = login.strip()
    found = opened.get(Account, login)
    if found is None and login:
        found = opened.scalar(select(Account).where(Account.mail == login.casefold()))
    return found


def hashed(password: str) -> str:
    """Return the hash of a password, refused where it is too short or too long."""
    password = _typed(password)
    if not PASSWORD_LEAST <= len(password) <= PASSWORD_MOST:
        raise InvalidInputError(
            "a password has {least} to {most} characters; a short sentence is a good one",
            least=PASSWORD_LEAST,
            most=PASSWORD_MOST,
        )
    with _HASHED_AT_ONCE:
        return PasswordHasher().hash(password)


def is_right(account: Account | None, password: str) -> bool:
    """Say whether a password is an account's; of none it takes as long to say no."""
    if len(password) > PASSWORD_MOST:
        return False
    known = account.password if account and account.password else _of_nobody()
    try:
        with _HASHED_AT_ONCE:
            PasswordHasher().verify(known, _typed(password))
    except (VerifyMismatchError, InvalidHashError):
        return False
    return bool(account and account.password)


def _typed(password: str) -> str:
    """Return a password in one of the forms in which keyboards write it: １ is 1, か゛ is が."""
    return unicodedata.normalize("NFKC", password)


@cache
def _of_nobody() -> str:
    return PasswordHasher().hash("nobody's password")


def _account(opened: Session, account_id: str) -> Account:
    found = opened.get(Account, account_id)
    if found is None:
        raise _nobody(account_id)
    return found


def _nobody(account_id: str) -> NotFoundError:
    return NotFoundError("there is no account {account_id!r}", account_id=account_id)


def _told(row: Account) -> dict[str, Any]:
    names = ("account_id", "name", "mail", "role", "councils", "created_at")
    return {**{name: getattr(row, name) for name in names}, "has_password": bool(row.password)}


def _logged(row: Account) -> dict[str, Any]:
    """Return what the log keeps for ever: nothing that is about a person."""
    return {"role": row.role, "councils": row.councils}


def _checked_role(role: str) -> Role:
    for one in ROLES:
        if one == role:
            return one
    raise InvalidInputError("there is no role {role!r}; there are {roles}", role=role, roles=ROLES)


def _checked_name(name: str) -> str:
    if len(name) > _NAME_MOST or not (name.isprintable() or not name):
        raise InvalidInputError("a name has at most {most} characters on one line", most=_NAME_MOST)
    return name.strip()


def _checked_mail(mail: str) -> str:
    mail = mail.strip().casefold()
    if mail and _MAIL.fullmatch(mail) is None:
        raise InvalidInputError("{mail!r} is no mail address", mail=mail)
    return mail


def _require_own_mail(opened: Session, mail: str, account_id: str) -> None:
    other = select(Account.account_id).where(Account.mail == mail, Account.account_id != account_id)
    if mail and (found := opened.scalar(other)) is not None:
        raise TakenError("account {found!r} has this mail already", found=found)


def _councils(workspace: Workspace, role: str, wanted: Sequence[str]) -> list[str] | None:
    """Return the ids of areas by their ids or names; None of a role that has all."""
    if role not in OF_AREAS:
        if wanted:
            raise InvalidInputError("{role} writes in all areas; leave out areas", role=role)
        return None
    known = council_names(workspace)
    by_name = {name: area_id for area_id, name in known.items()}
    missing = [one for one in wanted if one not in known and one not in by_name]
    if missing:
        raise NotFoundError(
            "there is no council's area {missing}; there are {names}",
            missing=missing,
            names=sorted(by_name),
        )
    if not wanted:
        raise InvalidInputError("{role} needs the areas that it writes in", role=role)
    ids = {str(one if one in known else by_name[one]) for one in wanted}
    # Places, notes and proposals are of areas: who works for a council writes in those it wholly owns.
    layer = workspace.profile.analysis.council_layer
    for council in listed_councils(workspace):
        if council.council_id in ids and council.known:
            whole = [own for own in council.owns if own.layer == layer and not own.part]
            ids |= {area_id for own in whole for area_id in own.area_ids}
    return sorted(ids)
