"""
The papers of a council: made, changed, undone, taken away; read by those who may read its notes.

A paper is kept as its states, one after the other, each with who and when. The municipality as a whole
meets as well: its council id is its JIS code.
"""

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import geopandas as gpd
from pydantic import ValidationError
from sqlalchemy import delete, func, insert, inspect, select
from sqlalchemy.orm import Session

from geo.errors import (
    ChangedError,
    InvalidInputError,
    NoConditionError,
    NotFoundError,
    Sentence,
)
from services.councils.kinds import KINDS, Paper
from services.councils.spot import areas_of, check_council
from services.councils.told import check_told
from services.registry.database import session, writing
from services.registry.hands import Hand
from services.registry.schema import migrate
from services.registry.tables import PaperRow
from services.words.values import wrong_value
from services.workspace.folder import Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

PAPERS_MOST = 2000
"""Rows of one import."""


def whole_id(workspace: Workspace) -> str:
    """Return the id under which the municipality as a whole meets."""
    return workspace.profile.municipality.jis_code


def is_whole(workspace: Workspace, council_id: str) -> bool:
    """Say whether a council is the municipality as a whole, and no council of an area has this id."""
    if council_id != whole_id(workspace):
        return False
    areas = workspace.areas()
    same = areas["area_id"] == council_id
    return not (same & (areas["layer"] == workspace.profile.analysis.council_layer)).any()


def check_meets(workspace: Workspace, council_id: str) -> None:
    """Refuse a council that is none of the municipality's, nor the municipality itself."""
    if not is_whole(workspace, council_id):
        check_council(workspace, council_id)


def areas_for(workspace: Workspace, council_id: str) -> gpd.GeoDataFrame:
    """Return the areas of every layer to which this council may pin something."""
    areas = workspace.areas()
    return areas if is_whole(workspace, council_id) else areas_of(workspace, council_id)


def add_papers(
    workspace: Workspace,
    council_id: str,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    who: Hand,
) -> list[Paper]:
    """
    Keep new papers of one kind: all of them or, where one cannot be, none.

    Raises
    ------
    InvalidInputError, NotFoundError, NotAllowedError, TakenError
        What is told cannot be used, there is no such council, it is another's, a unit answered already.
    """
    if not 1 <= len(rows) <= PAPERS_MOST:
        raise InvalidInputError(
            "an import has {n} rows; give 1 to {most}", n=len(rows), most=PAPERS_MOST
        )
    with _keeping(workspace, council_id, who) as editor:
        made = []
        for number, row in enumerate(rows, 1):
            try:
                made.append(editor.add(kind, row))
            except InvalidInputError as error:
                if len(rows) == 1:
                    raise
                raise InvalidInputError(
                    "row {number}: {said}; nothing was taken in", number=number, said=error
                ) from error
        return made


def change_paper(
    workspace: Workspace,
    council_id: str,
    paper_id: str,
    told: Mapping[str, Any],
    *,
    who: Hand,
    state: str,
) -> Paper:
    """
    Change what is told of a paper, if its state is still the one that the caller has seen.

    Raises
    ------
    ChangedError, NoConditionError
        Somebody has changed it meanwhile; ``state`` is empty.
    """
    with _keeping(workspace, council_id, who) as editor:
        return editor.change(paper_id, told, state)


def undo_paper(workspace: Workspace, council_id: str, paper_id: str, *, who: Hand) -> Paper:
    """Let a paper be as before its latest change, which is a change of its own."""
    with _keeping(workspace, council_id, who) as editor:
        return editor.undo(paper_id)


def remove_paper(workspace: Workspace, council_id: str, paper_id: str, *, who: Hand) -> None:
    """Take a paper away for good with all its states: what was in it is kept nowhere."""
    with _keeping(workspace, council_id, who) as editor:
        editor.remove(paper_id)


def papers(
    workspace: Workspace, council_id: str, *, who: Hand, kind: str | None = None
) -> list[Paper]:
    """
    Return the papers of a council, the one changed last first.

    Raises
    ------
    NotAllowedError, NotFoundError
        It is another council's; there is no such council or kind.
    """
    check_meets(workspace, council_id)
    who.require([council_id])
    if kind is not None:
        model_of(kind)
    return [
        one
        for one in all_papers(workspace)
        if one["council_id"] == council_id and kind in (None, one["kind"])
    ]


def paper_history(
    workspace: Workspace, council_id: str, paper_id: str, *, who: Hand
) -> list[Paper]:
    """Return every state of a paper with who and when, the newest first."""
    check_meets(workspace, council_id)
    who.require([council_id])
    found = [_plain(row) for row in _rows(workspace, paper_id) if row.council_id == council_id]
    if not found:
        raise _no_paper(paper_id)
    return found[::-1]


def all_papers(workspace: Workspace) -> list[Paper]:
    """Return the papers of all councils, for whoever asked whose they are; the one changed last first."""
    latest = {row.paper_id: _plain(row) for row in _rows(workspace)}
    return sorted(latest.values(), key=lambda one: one["change_id"], reverse=True)


def model_of(kind: str) -> Any:  # noqa: ANN401  a class of fields
    """Return what may be told of a kind of paper."""
    if kind not in KINDS:
        raise InvalidInputError(
            "{what}={value!r} is none of {known}", what="kind", value=kind, known=list(KINDS)
        )
    return KINDS[kind]


def _rows(workspace: Workspace, paper_id: str | None = None) -> list[PaperRow]:
    query = select(PaperRow).order_by(PaperRow.change_id)
    if paper_id is not None:
        query = query.where(PaperRow.paper_id == paper_id)
    with session(workspace.registry_url) as opened:
        if not inspect(opened.connection()).has_table(PaperRow.__tablename__):
            return []  # a registry of before
        found = list(opened.scalars(query))
        opened.expunge_all()
        return found


def _plain(row: PaperRow) -> Paper:
    names = ("paper_id", "kind", "council_id", "change_id", "at", "who", "action", "told")
    return {name: getattr(row, name) for name in names}


def _no_paper(paper_id: str) -> NotFoundError:
    return NotFoundError("this council has no paper {paper_id!r}", paper_id=paper_id)


@dataclass(frozen=True)
class _Editor:
    """Who writes papers of one council within one transaction."""

    workspace: Workspace
    opened: Session
    council_id: str
    who: Hand
    areas: gpd.GeoDataFrame

    def add(self, kind: str, told: Mapping[str, Any]) -> Paper:
        return self._keep(uuid4().hex[:12], kind, self._told(kind, told, {}, ""), "create")

    def change(self, paper_id: str, told: Mapping[str, Any], state: str) -> Paper:
        latest = self._states(paper_id)[-1]
        if not state:
            raise NoConditionError(
                "say which state of the {what} is meant (If-Match: the ETag that it was read with)",
                what=Sentence("paper"),
            )
        if state != str(latest.change_id):
            raise ChangedError(
                "{what} {key} was changed meanwhile; read it again, then change it",
                what=Sentence("paper"),
                key=paper_id,
            )
        now = self._told(latest.kind, {**latest.told, **told}, latest.told, paper_id)
        return self._keep(paper_id, latest.kind, now, "change")

    def undo(self, paper_id: str) -> Paper:
        states = self._states(paper_id)
        if len(states) == 1:
            raise ChangedError("nothing was changed since it was made; take it away instead")
        self._require_level(states[-1].told)
        return self._keep(paper_id, states[-1].kind, states[-2].told, "undo")

    def remove(self, paper_id: str) -> None:
        self._require_level(self._states(paper_id)[-1].told)
        self.opened.execute(delete(PaperRow).where(PaperRow.paper_id == paper_id))

    def _states(self, paper_id: str) -> list[PaperRow]:
        there = (PaperRow.paper_id == paper_id, PaperRow.council_id == self.council_id)
        found = self.opened.scalars(select(PaperRow).where(*there).order_by(PaperRow.change_id))
        states = list(found)
        if not states:
            raise _no_paper(paper_id)
        return states

    def _told(
        self, kind: str, told: Mapping[str, Any], before: Mapping[str, Any], paper_id: str
    ) -> Paper:
        try:
            fields = model_of(kind).model_validate(dict(told))
        except ValidationError as error:
            said = [wrong_value(one, ".".join(map(str, one["loc"]))) for one in error.errors()]
            raise InvalidInputError("values that cannot be used: {said}", said=said) from error
        self._require_level(before or told)
        others = [
            _plain(row)
            for row in self.opened.scalars(select(PaperRow).order_by(PaperRow.change_id))
            if row.council_id == self.council_id and row.paper_id != paper_id
        ]
        return check_told(
            self.workspace, kind, fields.model_dump(mode="json"), before, others, self.areas
        )

    def _require_level(self, before: Mapping[str, Any]) -> None:
        """Leave what stands with the municipality to those who write everywhere."""
        if before.get("level") == "municipality":
            self.who.require([""])

    def _keep(self, paper_id: str, kind: str, told: Paper, action: str) -> Paper:
        number = (self.opened.scalar(select(func.max(PaperRow.change_id))) or 0) + 1
        row = {
            "change_id": number,
            "paper_id": paper_id,
            "kind": kind,
            "council_id": self.council_id,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "who": self.who.name,
            "action": action,
            "told": told,
        }
        self.opened.execute(insert(PaperRow), [row])
        return row


@contextmanager
def _keeping(workspace: Workspace, council_id: str, who: Hand) -> "Iterator[_Editor]":
    if workspace.is_published:
        raise InvalidInputError(
            "a published folder is not edited; edit the workspace that it was published from"
        )
    check_meets(workspace, council_id)
    who.require([council_id])
    areas = areas_for(workspace, council_id)
    with workspace.working(), writing(workspace.registry_url) as opened:
        migrate(opened.connection())
        yield _Editor(workspace, opened, council_id, who, areas)
