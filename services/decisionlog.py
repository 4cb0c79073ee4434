"""The log of decisions in the registry: rows are added and read, and none is ever changed."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from sqlalchemy import insert, inspect, make_url, select

from services.registry import Row, session
from services.registry_tables import Base, Decision


def read_decisions(url: str) -> pd.DataFrame:
    """Read everything that councils decided, the oldest first; empty where nothing was recorded."""
    names = [column.name for column in Decision.__table__.columns]
    file = make_url(url)
    if file.get_backend_name() == "sqlite" and not Path(file.database or "").is_file():
        return pd.DataFrame(columns=names)
    with session(url) as opened:
        # A registry that was made before there were decisions has no such table.
        if not inspect(opened.connection()).has_table(Decision.__tablename__):
            return pd.DataFrame(columns=names)
        rows = opened.execute(select(Decision.__table__).order_by(Decision.decision_id)).all()
    return pd.DataFrame(rows, columns=names)


def append_decisions(url: str, rows: Sequence[Row]) -> None:
    """Add rows to what councils decided; none is ever changed."""
    with session(url) as opened:
        Base.metadata.create_all(opened.connection())
        if rows:
            opened.execute(insert(Decision), list(rows))
        opened.commit()
