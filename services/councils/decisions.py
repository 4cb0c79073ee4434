"""
Decisions: what the councils make of the candidates, kept meeting by meeting.

The log in the registry is only ever added to; the latest row of a candidate counts. An adopted
candidate is a planned place: derived from the log whenever places are read, never written twice,
and gone from the plan once the registry has such a place.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo.errors import InvalidInputError, NotFoundError
from services.councils.entry import (
    NewDecision,
    check_follows,
    check_words,
    meeting_day,
    opening_day,
)
from services.councils.spot import Spots, check_council, check_is_its_own
from services.plans.store import read_plan
from services.publication.export import write_csv
from services.registry.decisions import open_log
from services.registry.seen import seen_decisions
from services.words.vocabulary import PUBLIC
from services.workspace.folder import Workspace
from services.workspace.plain import plain_rows
from services.workspace.staging import staged_file

GREEDY = "greedy"
"""The plan_id of the candidates of a run."""
_MADE_WITH = {"data": "workspace_sha256", "parameters": "parameters_sha256"}


@dataclass(frozen=True)
class Decided:
    """A candidate with its latest decision and all those before it."""

    latest: dict[str, Any]
    history: tuple[dict[str, Any], ...]
    stale: tuple[str, ...]
    """What has changed since: data, parameters, candidate (its hall or place is there no more)."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {**self.latest, "stale": list(self.stale), "history": list(self.history)}


def record_decision(workspace: Workspace, entry: NewDecision) -> Decided:
    """
    Add one decision to the log.

    What is there no more can still be rejected, by the council that decided on it last.

    Raises
    ------
    InvalidInputError, NotFoundError
        The candidate, the council, the plan or the day is not known, the candidate lies in another
        council's area, something needed is missing, or the status cannot follow the latest one;
        nothing is written then.
    """
    check_words(entry)
    meeting_date = meeting_day(entry)
    opens_on = opening_day(entry, meeting_date)
    check_council(workspace, entry.council_id)
    if entry.plan_id not in ("", GREEDY):
        read_plan(workspace, entry.plan_id)
    spots = Spots(workspace)
    made = _made_with(workspace)
    with workspace.working(), open_log(workspace.registry_url) as log:
        earlier = plain_rows(log.rows[log.rows["candidate_key"] == entry.key])
        known = _known(workspace, entry, spots, earlier)
        check_follows(entry, meeting_date, earlier)
        recorded_at = datetime.now(UTC).isoformat(timespec="seconds")
        dates = {"meeting_date": meeting_date, "opens_on": opens_on, "recorded_at": recorded_at}
        log.add([asdict(entry) | known | dates | made | {"candidate_key": entry.key}])
    return next(
        one for one in list_decisions(workspace) if one.latest["candidate_key"] == entry.key
    )


def _known(
    workspace: Workspace, entry: NewDecision, spots: Spots, earlier: Sequence[dict[str, Any]]
) -> dict[str, str]:
    """Return name and venue of the candidate once this council may decide on it."""
    last = earlier[-1] if earlier else None
    gone = not spots.holds(entry.action, entry.venue_id, entry.place_id)
    if last and gone and entry.status == "rejected" and entry.council_id == last["council_id"]:
        return {"name": str(last["name"]), "venue_id": str(last["venue_id"])}
    spot = spots.find(entry)
    check_is_its_own(workspace, entry.council_id, spot)
    if spot.private and entry.name:
        raise InvalidInputError(
            "it is at a private home, whose name is not recorded; leave name out"
        )
    return {"name": entry.name or spot.name, "venue_id": spot.venue_id}


def list_decisions(workspace: Workspace, council_id: str | None = None) -> list[Decided]:
    """
    Return every candidate that was decided on, the one of the latest entry first.

    Of a council: those on which it decided last, with all that was decided on them before.
    """
    if council_id is not None:
        check_council(workspace, council_id)
    log = seen_decisions(workspace)
    if log.empty:
        return []
    made, spots = _made_with(workspace), Spots(workspace)
    found = []
    for _, rows in log.groupby("candidate_key", sort=False):
        history = plain_rows(rows)
        latest = history[-1]
        if council_id in (None, latest["council_id"]):
            found.append(Decided(latest, tuple(history), _stale(latest, made, spots)))
    return sorted(found, key=lambda one: int(one.latest["decision_id"]), reverse=True)


def _stale(latest: dict[str, Any], made: dict[str, str], spots: Spots) -> tuple[str, ...]:
    """Return what has changed since; what was not known then cannot have."""
    changed = [
        code
        for code, part in _MADE_WITH.items()
        if latest[part] and made[part] and latest[part] != made[part]
    ]
    is_there = spots.holds(latest["action"], latest["venue_id"], latest["place_id"])
    return (*changed, *(() if is_there else ("candidate",)))


def export_decisions(workspace: Workspace, out: Path, council_id: str | None = None) -> int:
    """Write the whole log, or a council's, as CSV, a line a decision; return how many."""
    if council_id is not None:
        check_council(workspace, council_id)
    log = seen_decisions(workspace)
    if council_id is not None:
        log = log[log["council_id"] == council_id]
    with staged_file(out) as staged:
        write_csv(log, staged)
    return len(log)


def _made_with(workspace: Workspace) -> dict[str, str]:
    """Return the hashes of the data and of the newest run's parameters."""
    public = workspace.seen(PUBLIC)  # a decision is as old in either view
    data = public.sha256
    try:
        parameters = str(public.snapshot().run["parameters_sha256"])
    except NotFoundError:
        parameters = ""
    return {"workspace_sha256": data, "parameters_sha256": parameters}
