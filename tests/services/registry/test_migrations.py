"""A registry of every earlier schema is brought to today's when it is opened to be written."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from services.registry.decisions import open_log, read_decisions
from services.registry.places import create_registry, read_places, read_status_history, read_venues
from services.registry.tables import Tables
from tests.databases import DATABASES, empty_database
from tests.faults import each_death

# The schemas as they were, from the history of the tables: what each step added.
FIRST = {
    "venues": "venue_id VARCHAR PRIMARY KEY, name VARCHAR NOT NULL, kind VARCHAR NOT NULL,"
    " address VARCHAR NOT NULL, source_id VARCHAR NOT NULL, source_row INTEGER NOT NULL,"
    " listed BOOLEAN NOT NULL, lon DOUBLE PRECISION, lat DOUBLE PRECISION",
    "groups": "group_id INTEGER PRIMARY KEY, name VARCHAR NOT NULL UNIQUE",
    "schedules": "schedule_id INTEGER PRIMARY KEY, text VARCHAR NOT NULL",
    "places": "place_id VARCHAR PRIMARY KEY, venue_id VARCHAR NOT NULL REFERENCES venues,"
    " group_id INTEGER REFERENCES groups, schedule_id INTEGER NOT NULL REFERENCES schedules,"
    " name VARCHAR NOT NULL, kind VARCHAR NOT NULL, venue_name VARCHAR NOT NULL,"
    " address VARCHAR NOT NULL, status VARCHAR NOT NULL, opened_on VARCHAR NOT NULL,"
    " verified_on VARCHAR NOT NULL, private_home BOOLEAN NOT NULL, located_by VARCHAR NOT NULL,"
    " source_id VARCHAR NOT NULL, source_row INTEGER NOT NULL,"
    " lon DOUBLE PRECISION, lat DOUBLE PRECISION",
}
TEXTS = ("programme_id", "typed_class", "status_since", "closed_on", "open_hours", "fee_text")
TEXTS += ("target_groups", "subsidy_end", "catchment_scope")
FLAGS = ("drop_in", "individual_entry", "open_to_all", "online")
NUMBERS = ("fee_yen", "floor_area_m2", "capacity", "exercise_minutes")
ATTRIBUTES = [
    *(f"ALTER TABLE places ADD COLUMN {name} VARCHAR NOT NULL DEFAULT ''" for name in TEXTS),
    *(f"ALTER TABLE places ADD COLUMN {name} BOOLEAN" for name in FLAGS),
    *(f"ALTER TABLE places ADD COLUMN {name} DOUBLE PRECISION" for name in NUMBERS),
    "ALTER TABLE schedules ADD COLUMN rules VARCHAR NOT NULL DEFAULT '[]'",
    (
        "CREATE TABLE place_status (place_id VARCHAR REFERENCES places, since VARCHAR, status"
        " VARCHAR NOT NULL, until VARCHAR NOT NULL, PRIMARY KEY (place_id, since))"
    ),
    "INSERT INTO place_status VALUES ('p1', '2018-10-01', 'active', '')",
]
LOCATED = [
    "ALTER TABLE places ADD COLUMN located_level VARCHAR NOT NULL DEFAULT 'town'",
    "ALTER TABLE places ADD COLUMN confidence DOUBLE PRECISION NOT NULL DEFAULT 0.5",
    "ALTER TABLE places ADD COLUMN consent BOOLEAN NOT NULL DEFAULT true",
]
LOG = ("candidate_key", "action", "frequency", "venue_id", "place_id", "name", "schedule_text")
LOG += ("council_id", "status", "reason", "meeting_date", "decided_by", "plan_id", "recorded_at")
LOG += ("workspace_sha256", "parameters_sha256")
_COLUMNS, _WORDS = (
    ", ".join(f"{name} VARCHAR NOT NULL" for name in LOG),
    ", ".join(f"'a {name}'" for name in LOG),
)
DECIDED = [
    f"CREATE TABLE decisions (decision_id INTEGER PRIMARY KEY, lon DOUBLE PRECISION, lat DOUBLE PRECISION, {_COLUMNS})",
    f"INSERT INTO decisions (decision_id, {', '.join(LOG)}) VALUES (1, {_WORDS})",  # noqa: S608  our own words
]
ROOMS = [
    *(
        f"ALTER TABLE venues ADD COLUMN {name} DOUBLE PRECISION"
        for name in ("floor_area_m2", "capacity")
    ),
    *(
        f"ALTER TABLE venues ADD COLUMN {name} VARCHAR NOT NULL DEFAULT ''"
        for name in ("availability", "owner")
    ),
    *(
        f"ALTER TABLE venues ADD COLUMN {name} BOOLEAN"
        for name in ("barrier_free", "private_home", "consent")
    ),
    "ALTER TABLE venues ADD COLUMN rent_yen DOUBLE PRECISION",
]
OPENS = ["ALTER TABLE decisions ADD COLUMN opens_on VARCHAR NOT NULL DEFAULT ''"]
NO_RULES = ["ALTER TABLE schedules DROP COLUMN rules"]
ASSUMED = [
    "ALTER TABLE schedules ADD COLUMN origin VARCHAR NOT NULL DEFAULT ''",
    "ALTER TABLE places ADD COLUMN stand_in BOOLEAN NOT NULL DEFAULT false",
]
_CHANGED = ("batch", "at", "who", "action", "kind", "key", "council_id")
HISTORY = [
    "CREATE TABLE changes (change_id INTEGER PRIMARY KEY, "
    + ", ".join(f"{name} VARCHAR NOT NULL" for name in _CHANGED)
    + ", before JSON, after JSON, undoes INTEGER)",
    (
        "CREATE TABLE notes (note_id INTEGER PRIMARY KEY, layer VARCHAR NOT NULL, area_id VARCHAR NOT NULL,"
        " text VARCHAR NOT NULL, who VARCHAR NOT NULL, at VARCHAR NOT NULL)"
    ),
    "INSERT INTO notes VALUES (1, 'city', '1', '坂が急', '市', '2026-11-30')",
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
    "INSERT INTO alembic_version VALUES ('0002')",
]
ANSWERS = [
    "CREATE TABLE answers (key VARCHAR PRIMARY KEY, asked VARCHAR NOT NULL, at VARCHAR NOT NULL, answer JSON NOT NULL)",
    "UPDATE alembic_version SET version_num = '0003'",
]
STEPS = (ATTRIBUTES, LOCATED, DECIDED, ROOMS, OPENS, NO_RULES, ASSUMED, HISTORY, ANSWERS)


def made(url: str, steps: int) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in (
            "changes",
            "notes",
            "answers",
            "papers",
            "alembic_version",
            *(f"{one}{COPY}" for one in WANTED),
        ):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
        for table, columns in FIRST.items():
            connection.execute(text(f"CREATE TABLE {table} ({columns})"))
        connection.execute(
            text(
                "INSERT INTO venues (venue_id, name, kind, address, source_id, source_row, listed, lon,"
                " lat) VALUES ('v1', '東会館', '会館', '東1', 'halls', 2, true, 139.8, 36.0)"
            )
        )
        connection.execute(text("INSERT INTO groups VALUES (1, '東の会')"))
        connection.execute(
            text("INSERT INTO schedules (schedule_id, text) VALUES (1, '毎週月曜日')")
        )
        connection.execute(
            text(
                "INSERT INTO places (place_id, venue_id, group_id, schedule_id, name, kind, venue_name,"
                " address, status, opened_on, verified_on, private_home, located_by, source_id,"
                " source_row, lon, lat) VALUES ('p1', 'v1', 1, 1, 'ひまわり', 'サロン', '東会館', '東1',"
                " 'active', '2018-10', '', false, 'coordinates', 'salons', 2, 139.8, 36.0)"
            )
        )
        for step in STEPS[:steps]:
            for statement in step:
                connection.execute(text(statement))
    engine.dispose()


def columns(url: str) -> dict[str, set[str]]:
    engine = create_engine(url)
    there = inspect(engine)
    found = {
        name: {column["name"] for column in there.get_columns(name)}
        for name in there.get_table_names()
    }
    engine.dispose()
    return found


def rows(url: str, table: str) -> list[dict]:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]  # noqa: S608  our own words
    engine.dispose()
    return found


COPY = "_before_0004"
WANTED = {
    name: {column.name for column in table.columns}
    for name, table in Tables.metadata.tables.items()
}


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("steps", range(len(STEPS) + 1))
def test_every_earlier_schema_is_brought_to_todays_and_loses_nothing(
    tmp_path: Path, kind: str, steps: int
) -> None:
    url = empty_database(kind, tmp_path)
    made(url, steps)
    old = columns(url)
    with open_log(url) as log:
        assert len(log.rows) == (1 if steps >= 3 else 0)
    found = columns(url)
    assert {name: found[name] for name in WANTED} == WANTED
    (place,) = read_places(url, 6677).to_dict("records")
    told = place["name"], place["group_name"], place["schedule_text"], place["opened_on"]
    assert told == ("ひまわり", "東の会", "毎週月曜日", "2018-10")
    assert place["located_level"] == ("town" if steps >= 2 else "")
    assert place["consent"] is (steps >= 2)
    assert read_venues(url, 6677)["name"].tolist() == ["東会館"]
    since = "2018-10-01" if steps else ""
    assert read_status_history(url)["since"].tolist() == [since]
    assert [note["text"] for note in rows(url, "notes")] == ["坂が急"] * (steps >= 8)
    if steps >= 3:
        assert read_decisions(url)["candidate_key"].tolist() == ["a candidate_key"]
    if kind == "sqlite":
        copy = f"sqlite:///{tmp_path / 'registry.before-0004.sqlite'}"
        assert "papers" not in columns(copy)
        assert columns(copy)["places"] <= WANTED["places"]
    else:
        assert f"papers{COPY}" not in found
        assert found[f"places{COPY}"] == old["places"]
        (copied,) = rows(url, f"places{COPY}")
        assert copied["name"] == "ひまわり"
    create_registry(url)  # nothing is left to do


OPENING = """
from services.registry.places import create_registry

def act(step, url):
    create_registry(url)
"""


def test_no_kill_leaves_half_a_migration(tmp_path: Path) -> None:
    url = empty_database("sqlite", tmp_path)
    made(url, 3)

    def whole(_said: str) -> None:
        found = columns(url)
        assert (
            ("changes" in found) is ("origin" in found["schedules"]) is ("alembic_version" in found)
        )

    assert each_death(OPENING, url, check=whole) >= 4
    assert {name: columns(url)[name] for name in WANTED} == WANTED
