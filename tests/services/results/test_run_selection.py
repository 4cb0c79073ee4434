"""A run for a past day: the model town as it was at the end of a fiscal year."""

import geopandas as gpd
import pytest

from services.publication.export import export
from services.publication.tables import Publication
from services.results.run import run
from services.situation.places import Selection
from services.words.dates import fiscal_year_end
from services.workspace.folder import Snapshot, open_workspace


def test_a_past_year_has_fewer_places_and_leaves_the_newest_result_alone(
    town_snapshot: Snapshot,
) -> None:
    workspace = open_workspace(town_snapshot.workspace.path)
    places = town_snapshot.layer("places")
    years = sorted(places.loc[places["opened_on"] != "", "opened_on"].str[:4].astype(int))
    middle = years[len(years) // 2]
    end = fiscal_year_end(str(middle))
    past = run(workspace, selection=Selection(as_of=end))
    then = past.layer("places")
    assert 0 < len(then) < len(places)
    opened = places.set_index("place_id")["opened_on"]
    assert set(then["place_id"]) == {
        place_id for place_id, day in opened.items() if day == "" or day <= end.isoformat()
    } - set(places.loc[places["status"] == "closed", "place_id"])
    assert past.run["parameters"]["as_of"] == end.isoformat()
    assert past.run["parameters"]["with_suspended"] is False
    assert past.run["summary"]["reached"] <= town_snapshot.run["summary"]["reached"]
    assert open_workspace(workspace.path).snapshot().name == town_snapshot.name


def test_the_snapshot_of_today_names_no_day(town_snapshot: Snapshot) -> None:
    assert town_snapshot.run["parameters"]["as_of"] is None
    places = town_snapshot.layer("places")
    assert {"counts", "not_counted", "schedule_assumed", "qualifies", "fee_yen"} <= set(places)
    assert places["schedule_assumed"].dtype == bool


def test_attributes_are_served_as_what_they_are(town_snapshot: Snapshot) -> None:
    collection = Publication(town_snapshot).collections()["places"]
    fields = collection.fields
    assert (fields["drop_in"], fields["fee_yen"], fields["online"]) == (
        *("boolean", "number", "boolean"),
    )
    assert "typed_class" not in fields


@pytest.mark.parametrize("file_format", ["geojson", "gpkg", "csv"])
def test_attributes_are_exported_in_every_format(
    town_snapshot: Snapshot, tmp_path, file_format: str
) -> None:
    files = export(town_snapshot.workspace, tmp_path, file_format=file_format)
    assert files
    if file_format == "gpkg":
        places = gpd.read_file(next(iter(files)), layer="places")
        assert {"online", "fee_yen", "catchment_scope"} <= set(places.columns)
