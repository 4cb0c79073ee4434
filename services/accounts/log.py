"""The log of what was done: who, when, what, before and after; it only ever grows."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.accounts.rights import Visitor
from services.accounts.tables import Deed, reading_accounts, writing_accounts
from services.workspace.folder import Workspace

Facts = Mapping[str, Any]
DEEDS_MOST = 1000


def note(
    opened: Session,
    who: Visitor,
    what: str,
    about: str,
    *,
    before: Facts | None = None,
    after: Facts | None = None,
) -> None:
    """Add a deed within a transaction: ``what`` is its code, ``about`` the thing that it was done to."""
    opened.add(
        Deed(
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            who=who.account_id,
            standing=who.standing,
            what=what,
            about=about,
            before=None if before is None else dict(before),
            after=None if after is None else dict(after),
        )
    )


def keep(
    workspace: Workspace,
    who: Visitor,
    what: str,
    about: str,
    *,
    before: Facts | None = None,
    after: Facts | None = None,
) -> None:
    """Add one deed."""
    with writing_accounts(workspace) as opened:
        note(opened, who, what, about, before=before, after=after)


def deeds(workspace: Workspace, *, before_id: int | None = None) -> list[dict[str, Any]]:
    """Return what was done, the newest first; further ones by the last ``deed_id`` that was seen."""
    query = select(Deed).order_by(Deed.deed_id.desc()).limit(DEEDS_MOST)
    if before_id is not None:
        query = query.where(Deed.deed_id < before_id)
    names = [column.name for column in Deed.__table__.columns]
    with reading_accounts(workspace) as opened:
        found = [] if opened is None else list(opened.scalars(query))
        return [{name: getattr(one, name) for name in names} for one in found]
