"""
The closed vocabularies that people speak of, beside those of the engine: each word once, in its order.

Schemas, the interface, help texts and the page derive from these; what they are called is in the
catalogue under ``status.…``, ``decision.status.…`` and ``action.…``.
"""

from typing import Literal, get_args

PlaceStatus = Literal["active", "suspended", "at_risk", "closed", "unknown"]
"""What the registry says of a place."""
PLACE_STATUSES: tuple[PlaceStatus, ...] = get_args(PlaceStatus)
OPEN_STATUSES: tuple[PlaceStatus, ...] = ("active", "at_risk")
"""Those of a place that people can go to."""
PLANNED = "planned"
"""Status of a place that a council has adopted; the registry never holds it."""

DecisionStatus = Literal["proposed", "discussed", "adopted", "rejected"]
"""What a council made of a candidate."""
DECISION_STATUSES: tuple[DecisionStatus, ...] = get_args(DecisionStatus)
FINAL_STATUSES: tuple[DecisionStatus, ...] = ("adopted", "rejected")
NEXT_STATUSES: dict[str, tuple[DecisionStatus, ...]] = {
    "": DECISION_STATUSES,
    "proposed": ("discussed", "adopted", "rejected"),
    "discussed": ("discussed", "adopted", "rejected"),
    "adopted": ("discussed", "rejected"),
    "rejected": ("proposed", "discussed"),
}
"""Status → what may follow it. What was decided is taken up again only with a reason."""

CandidateAction = Literal["open", "upgrade"]
"""What a candidate would be: a place that opens, or one that meets more often."""
CANDIDATE_ACTIONS: tuple[CandidateAction, ...] = get_args(CandidateAction)

ScenarioAction = Literal["open", "close", "upgrade", "move", "days", "barrier"]
"""What a change of a scenario does."""
SCENARIO_ACTIONS: tuple[ScenarioAction, ...] = get_args(ScenarioAction)

TrialAction = Literal["open", "close", "move", "change"]
"""What can be tried at once, without a scenario."""
TRIAL_ACTIONS: tuple[TrialAction, ...] = get_args(TrialAction)

ProposalKind = Literal["path", "barrier"]
"""What somebody who walks there may propose for the streets."""
PROPOSAL_KINDS: tuple[ProposalKind, ...] = get_args(ProposalKind)

ProposalStatus = Literal["open", "accepted", "rejected"]
"""What became of a proposal; only a planner closes it."""
PROPOSAL_STATUSES: tuple[ProposalStatus, ...] = get_args(ProposalStatus)

ProposalRole = Literal["", "resident", "volunteer", "council", "office"]
"""As what somebody proposes; a name is never asked for."""
PROPOSAL_ROLES: tuple[ProposalRole, ...] = get_args(ProposalRole)

View = Literal["public", "exact"]
"""Whose a figure is: ``public`` knows protected inputs only, ``exact`` stays within the city's office."""
VIEWS: tuple[View, ...] = get_args(View)
PUBLIC, EXACT = VIEWS

Role = Literal["council", "coordinator", "planner", "administrator"]
"""What an account may do; whoever has none sees the public view (``services/accounts/rights.py``)."""
ROLES: tuple[Role, ...] = get_args(Role)
OF_AREAS: tuple[Role, ...] = ("council", "coordinator")
"""Those that write in the areas of their councils alone."""

JobStatus = Literal["accepted", "running", "successful", "failed", "dismissed"]
"""How far the long work of a server is, as OGC API – Processes calls it."""

OLDER_GROUPS = {"75": "75+"}
"""Older age groups that gaps tell of beside their own, where the population has them: end of the
column's name → age group."""

RESIDENTS_OF = {f"residents_{end}": group for end, group in OLDER_GROUPS.items()}
UNREACHED_OF = {
    **{f"unreached_{end}": group for end, group in OLDER_GROUPS.items()},
    "unreached_single": "single_65+",
}
"""Columns of the gaps about an age group that is not the row's own → that group."""

MilestoneKind = Literal["council", "coordinator", "base", "committee"]
"""What an area comes to have: its council, its coordinator, a base, a committee that is active."""
MILESTONE_KINDS: tuple[MilestoneKind, ...] = get_args(MilestoneKind)

Stage = Literal["study", "preparing", "established", "ended"]
"""How far an area is with it, in this order."""
STAGES: tuple[Stage, ...] = get_args(Stage)
ESTABLISHED = STAGES[2]
NOT_THERE = "none"
"""Stage of an area that a list of all areas with one does not name."""
