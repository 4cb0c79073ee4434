"""Real lists of Takamatsu, imported as the city publishes them."""

from pathlib import Path

import pytest

from services.intake.places.rows import read_places
from services.intake.places.venues import read_venues
from services.intake.tables.columnmap import propose_map
from services.intake.tables.ledger import Ledger
from services.profile import Places, Source, Venues

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "takamatsu"
EPSG = 6672  # zone IV

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not DATA.is_dir(), reason="the open data is not beside the checkout"),
]


def source(name):
    fields = {"title": "t", "credit": "高松市", "licence": "CC BY 4.0", "as_of": "2024"}
    return Source(id="list", path=name, format="csv", **fields)


def venues(name, ledger):
    return read_venues(
        DATA / name, spec=Venues(source="list"), source=source(name), plane_epsg=EPSG, ledger=ledger
    )


@pytest.mark.parametrize("name", ["community_center.csv", "community_center.xlsx"])
def test_the_community_centres_are_read_untouched(name):
    ledger = Ledger()
    found = venues(name, ledger)
    assert len(found) == 52
    assert found["name"].iloc[0] == "高松市日新コミュニティセンター"
    assert found["address"].iloc[0] == "高松市瀬戸内町22-9"
    notes = ledger.of("list")
    assert (notes.rows_read, notes.rows_used, notes.rows_refused) == (52, 52, 0)
    codes = [entry.code for entry in notes.entries]
    assert codes == ["columns_recognised", "columns_not_used"]


def test_csv_and_excel_hold_the_same():
    one, other = (venues(f"community_center.{end}", Ledger()) for end in ("csv", "xlsx"))
    assert one["name"].tolist() == other["name"].tolist()
    assert one.geometry.distance(other.geometry).max() < 1e-6


@pytest.mark.parametrize(
    ("name", "count"), [("elderly_welfare_center.csv", 2), ("elderly_welfare_facility.csv", 47)]
)
def test_lists_of_places_are_read_untouched(name, count):
    ledger = Ledger()
    places = read_places(
        DATA / name,
        spec=Places(source="list"),
        source=source(name),
        plane_epsg=EPSG,
        locate=lambda *_: None,
        ledger=ledger,
    )
    notes = ledger.of("list")
    assert notes.rows_read == count
    assert len(places) + notes.rows_refused == count
    assert places["located_by"].eq("coordinates").all()
    assert places["schedule_text"].str.len().min() > 0


def test_hours_of_columns_of_their_own_stand_behind_the_days():
    name = "elderly_welfare_center.csv"
    places = read_places(
        DATA / name,
        spec=Places(source="list"),
        source=source(name),
        plane_epsg=EPSG,
        locate=lambda *_: None,
        ledger=Ledger(),
    )
    assert places["schedule_text"].tolist() == [
        "月火水木金土 09:00〜17:00",
        "月火水木金土日 10:00〜21:00",
    ]


def test_the_layout_is_recognised():
    proposed = propose_map(DATA / "community_center.csv")
    assert proposed.layout == "schema_org"
    assert proposed.found.columns["name"] == "name"
    assert proposed.rows == 52
