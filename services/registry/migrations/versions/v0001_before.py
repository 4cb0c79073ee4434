"""
From any schema of before there were numbers to that of workspace format 7: what lacks is added.

Those schemas were, in this order: places without attributes; with attributes and statuses; with
where a position is from; with decisions; with rooms; with the opening of a decision; without the
rules of a schedule; with what is assumed.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_TEXT, _FLAG = sa.String(), sa.Boolean()
_NUMBER: sa.Double[float] = sa.Double()
_LACKING: dict[str, dict[str, tuple[Any, object]]] = {
    "venues": {
        **dict.fromkeys(("availability", "owner"), (_TEXT, "")),
        **dict.fromkeys(("barrier_free", "private_home", "consent"), (_FLAG, None)),
        **dict.fromkeys(("floor_area_m2", "capacity", "rent_yen"), (_NUMBER, None)),
    },
    "schedules": {"origin": (_TEXT, "")},
    "places": {
        "located_level": (_TEXT, ""),
        "confidence": (_NUMBER, 1.0),
        **dict.fromkeys(("consent", "stand_in"), (_FLAG, False)),
        **dict.fromkeys(("programme_id", "typed_class", "status_since", "closed_on"), (_TEXT, "")),
        **dict.fromkeys(("open_hours", "fee_text", "target_groups"), (_TEXT, "")),
        **dict.fromkeys(("subsidy_end", "catchment_scope"), (_TEXT, "")),
        **dict.fromkeys(("drop_in", "individual_entry", "open_to_all", "online"), (_FLAG, None)),
        **dict.fromkeys(("fee_yen", "floor_area_m2", "capacity"), (_NUMBER, None)),
        "exercise_minutes": (_NUMBER, None),
    },
    "decisions": {"opens_on": (_TEXT, "")},
}
_DECISIONS = (
    *("candidate_key", "action", "frequency", "venue_id", "place_id", "name", "schedule_text"),
    *("council_id", "status", "reason", "meeting_date", "decided_by", "plan_id", "recorded_at"),
    *("workspace_sha256", "parameters_sha256"),
)


def upgrade() -> None:
    """Add columns and tables that lack, filled with what is not known."""
    there = sa.inspect(op.get_bind())
    tables = set(there.get_table_names())
    if "decisions" not in tables:
        op.create_table(
            "decisions",
            sa.Column("decision_id", sa.Integer, primary_key=True, autoincrement=True),
            *(sa.Column(name, _TEXT, nullable=False) for name in _DECISIONS),
            sa.Column("opens_on", _TEXT, nullable=False, server_default=""),
            sa.Column("lon", _NUMBER),
            sa.Column("lat", _NUMBER),
        )
        op.create_index("ix_decisions_candidate_key", "decisions", ["candidate_key"])
    for table, lacking in _LACKING.items():
        known = {column["name"] for column in there.get_columns(table)} if table in tables else None
        if known is None:
            continue
        for name, (kind, unknown) in lacking.items():
            if name not in known:
                _add(table, name, kind, unknown)
        if table == "schedules" and "rules" in known:
            with op.batch_alter_table("schedules") as batch:
                batch.drop_column("rules")
    if "place_status" not in tables:
        op.create_table(
            "place_status",
            sa.Column("place_id", _TEXT, sa.ForeignKey("places.place_id"), primary_key=True),
            sa.Column("since", _TEXT, primary_key=True),
            sa.Column("status", _TEXT, nullable=False),
            sa.Column("until", _TEXT, nullable=False),
        )
        # Without dates a status always held.
        op.execute("INSERT INTO place_status SELECT place_id, '', status, '' FROM places")


def _add(table: str, name: str, kind: Any, unknown: object) -> None:  # noqa: ANN401  a type of any values
    default = None if unknown is None else sa.literal(unknown, kind)
    column: sa.Column[Any] = sa.Column(name, kind, nullable=unknown is None, server_default=default)
    op.add_column(table, column)
