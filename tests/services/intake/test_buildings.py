"""Intake of buildings."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, Polygon, box

from geo.demand.homes import DWELLING, OTHER_USE, UNKNOWN_USE
from geo.errors import SourceError
from services.intake.people.buildings import read_buildings
from services.intake.tables.ledger import Ledger
from services.profile import Buildings, Source
from services.words.texts import told

EPSG = 6677
KASHIWA = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "kashiwa"


def source(path, file_format="parquet", **changes):
    fields = {"id": "houses", "title": "t", "credit": "c", "licence": "l", "as_of": "2024"}
    return Source(**{**fields, "path": path.name, "format": file_format, **changes})


def spec(**changes):
    fields = {"source": "houses", "footprint_field": "footprint_m2", "height_field": "height_m"}
    fields |= {"usage_field": "usage", "residential_usages": ["411", "412"]}
    return Buildings(**{**fields, **changes})


def read(path, *, ledger=None, file_format="parquet", **changes):
    return read_buildings(
        path,
        spec=spec(**changes),
        source=source(path, file_format),
        plane_epsg=EPSG,
        ledger=ledger if ledger is not None else Ledger(),
    )


def table(**columns):
    count = len(next(iter(columns.values())))
    fields = {"lon": [139.9] * count, "lat": [35.8] * count, "footprint_m2": [100.0] * count}
    fields |= {"height_m": [6.0] * count, "usage": ["411"] * count}
    return pd.DataFrame({**fields, **columns})


def write(tmp_path, frame):
    path = tmp_path / "houses.parquet"
    frame.to_parquet(path)
    return path


def test_floor_area_is_footprint_times_storeys(tmp_path):
    # 6.0 m / 3.0 m is 2 storeys, 8.9 m is 3, 1.0 m still one.
    path = write(tmp_path, table(height_m=[6.0, 8.9, 1.0], footprint_m2=[100.0, 50.0, 30.0]))
    houses = read(path)
    assert list(houses.columns) == ["floor_area_m2", "rank", "geometry"]
    assert houses["floor_area_m2"].tolist() == [200.0, 150.0, 30.0]
    assert houses.crs.to_epsg() == EPSG


def test_given_storeys_come_before_the_height(tmp_path):
    path = write(tmp_path, table(storeys=[4.0, np.nan, 0.0]))
    houses = read(path, storeys_field="storeys")
    assert houses["floor_area_m2"].tolist() == [400.0, 200.0, 200.0]


def test_without_any_height_a_building_has_one_storey(tmp_path):
    path = write(tmp_path, table(height_m=[6.0]))
    assert read(path, height_field="")["floor_area_m2"].tolist() == [100.0]


def test_a_negative_height_is_one_storey_and_counted_as_repaired(tmp_path):
    ledger = Ledger()
    houses = read(write(tmp_path, table(height_m=[-28.8, 6.0])), ledger=ledger)
    assert houses["floor_area_m2"].tolist() == [100.0, 200.0]
    assert ledger.of("houses").rows_repaired == 1
    assert "1階建て" in told(ledger.of("houses").entries[0].said, "ja")


def test_a_footprint_of_zero_is_excluded_and_noted(tmp_path):
    ledger = Ledger()
    houses = read(write(tmp_path, table(footprint_m2=[0.0, 50.0])), ledger=ledger)
    assert len(houses) == 1
    assert ledger.of("houses").rows_refused == 1
    assert ledger.of("houses").entries[0].code == "no_footprint"


@pytest.mark.parametrize(
    "usages", [["411", "461", None], [411, 461, -1], pd.Categorical(["411", "461", None])]
)
def test_usage_codes_compare_as_text(tmp_path, usages):
    # 411 is listed; 461 is not, and no scheme says that it means unknown; no usage is unknown.
    last = OTHER_USE if -1 in list(usages) else UNKNOWN_USE
    ranks = read(write(tmp_path, table(usage=usages)))["rank"].tolist()
    assert ranks == [DWELLING, OTHER_USE, last]


def test_without_a_list_of_usages_every_building_is_residential(tmp_path):
    houses = read(write(tmp_path, table(usage=["461", None])), residential_usages=[])
    assert (houses["rank"] == DWELLING).all()


def test_polygons_bring_their_own_footprint_and_a_point_inside(tmp_path):
    path = tmp_path / "houses.gpkg"
    ell = Polygon([(0, 0), (30, 0), (30, 10), (10, 10), (10, 30), (0, 30)])  # 300 + 200 m²
    gpd.GeoDataFrame(
        {"usage": ["411", "412"]}, geometry=[ell, box(50, 0, 60, 10)], crs=EPSG
    ).to_file(path)
    houses = read(path, file_format="vector", footprint_field="", height_field="")
    assert houses["floor_area_m2"].tolist() == pytest.approx([500.0, 100.0])
    assert (houses.geom_type == "Point").all()
    assert ell.contains(houses.geometry.iloc[0])


def test_geoparquet_is_recognised(tmp_path):
    path = tmp_path / "houses.parquet"
    gpd.GeoDataFrame({"usage": ["411"]}, geometry=[box(0, 0, 10, 10)], crs=EPSG).to_parquet(path)
    houses = read(path, footprint_field="", height_field="")
    assert houses["floor_area_m2"].tolist() == pytest.approx([100.0])


def test_a_csv_of_buildings_is_read_too(tmp_path):
    path = tmp_path / "houses.csv"
    path.write_text(
        "lon,lat,footprint_m2,height_m,usage\n139.9,35.8,１００,6,411\n", encoding="utf-8"
    )
    assert read(path, file_format="csv")["floor_area_m2"].tolist() == [200.0]


def test_points_without_a_footprint_are_refused(tmp_path):
    path = tmp_path / "houses.gpkg"
    gpd.GeoDataFrame({"usage": ["411"]}, geometry=[Point(0, 0)], crs=EPSG).to_file(path)
    with pytest.raises(SourceError, match=r"houses\.gpkg: the buildings are points") as error:
        read(path, file_format="vector", footprint_field="", height_field="")
    assert "footprint_field で指定" in told(error.value, "ja")


def test_swapped_coordinates_are_refused(tmp_path):
    path = write(tmp_path, table(lon=[35.8], lat=[139.9]))
    with pytest.raises(SourceError, match="lon and lat are swapped") as error:
        read(path)
    assert "逆です" in told(error.value, "ja")


def test_a_building_outside_japan_is_counted(tmp_path):
    ledger = Ledger()
    assert len(read(write(tmp_path, table(lon=[0.0, 139.9])), ledger=ledger)) == 1
    assert ledger.of("houses").rows_refused == 1


def test_a_missing_column_lists_the_columns_there_are(tmp_path):
    path = write(tmp_path, table(height_m=[6.0]))
    with pytest.raises(SourceError, match=r"no column 'storeys'; the columns are lon, lat"):
        read(path, storeys_field="storeys")


def test_usages_that_nobody_lives_in_are_refused(tmp_path):
    path = write(tmp_path, table(usage=["461"]))
    with pytest.raises(SourceError, match="no building is residential; check usage_field") as error:
        read(path)
    assert "住宅にあたる建物がありません" in told(error.value, "ja")


def test_garbage_bytes_and_a_missing_file_are_refused(tmp_path):
    path = tmp_path / "houses.parquet"
    with pytest.raises(SourceError, match="there is no such file"):
        read(path)
    path.write_bytes(b"garbage" * 10)
    with pytest.raises(SourceError, match="cannot be read as Parquet") as error:
        read(path)
    assert "書き出し直してください" in told(error.value, "ja")


@pytest.mark.real
@pytest.mark.skipif(not KASHIWA.is_dir(), reason="the open data is not beside the checkout")
def test_kashiwa_has_its_buildings():
    ledger = Ledger()
    path = KASHIWA / "buildings.parquet"
    houses = read(path, ledger=ledger, usage_scheme="plateau", residential_usages=[])
    raw = pd.read_parquet(path)
    storeys = np.maximum(np.round(raw["height_m"].to_numpy(dtype=float) / 3.0), 1.0)
    large = raw["footprint_m2"].to_numpy(dtype=float) * np.nan_to_num(storeys, nan=1.0) >= 10.0
    homes = raw["usage"].astype(str).isin(["411", "412", "413", "414", "415"]).to_numpy()
    unknown = raw["usage"].isna().to_numpy() | (raw["usage"].astype(str) == "461").to_numpy()
    assert len(houses) + ledger.of("houses").rows_refused == len(raw) == 169_760
    assert len(houses) == large.sum()
    counts = houses["rank"].value_counts()
    assert counts[DWELLING] == (homes & large).sum()
    assert counts[UNKNOWN_USE] == (unknown & large).sum()


PLATEAU_CODES = ["411", "412", "413", "414", "415", "401", "422", "454", "471", "461", None]


def test_plateau_codes_say_what_is_lived_in(tmp_path):
    path = write(tmp_path, table(usage=PLATEAU_CODES))
    ranks = read(path, usage_scheme="plateau", residential_usages=[])["rank"].tolist()
    assert ranks == [DWELLING] * 5 + [OTHER_USE] * 4 + [UNKNOWN_USE] * 2


def test_plateau_labels_do_as_well_as_codes(tmp_path):
    labels = ["住宅", "店舗等併用共同住宅", "不明", "工場", "４１１"]
    ranks = read(
        write(tmp_path, table(usage=labels)), usage_scheme="plateau", residential_usages=[]
    )["rank"].tolist()
    assert ranks == [DWELLING, DWELLING, UNKNOWN_USE, OTHER_USE, DWELLING]


def test_osm_values_say_what_is_lived_in(tmp_path):
    lived_in = ["house", "detached", "residential", "apartments", "terrace", "semidetached_house"]
    lived_in += ["bungalow", "dormitory", "farm", "House", "house;garage"]
    others = ["retail", "industrial", "school", "garage", "hotel", "garage;house"]
    path = write(tmp_path, table(usage=[*lived_in, *others, "yes", ""]))
    ranks = read(path, usage_scheme="osm", residential_usages=[])["rank"].tolist()
    assert ranks == [DWELLING] * 11 + [OTHER_USE] * 6 + [UNKNOWN_USE] * 2


def test_a_town_mapped_as_yes_only_has_unknown_buildings_and_is_read(tmp_path):
    ledger = Ledger()
    path = write(tmp_path, table(usage=["yes", "school"]))
    houses = read(path, usage_scheme="osm", residential_usages=[], ledger=ledger)
    assert houses["rank"].tolist() == [UNKNOWN_USE, OTHER_USE]
    (entry,) = ledger.of("houses").entries
    assert (entry.code, str(entry.said)[:24]) == ("unknown_usage", "1 buildings are of unkno")


def test_unknown_use_may_count_as_residential(tmp_path):
    path = write(tmp_path, table(usage=["411", "461", None, "401"]))
    ranks = read(path, usage_scheme="plateau", residential_usages=[], unknown_usage="residential")[
        "rank"
    ].tolist()
    assert ranks == [DWELLING, DWELLING, DWELLING, OTHER_USE]


def test_a_list_of_usages_overrules_the_scheme(tmp_path):
    path = write(tmp_path, table(usage=["411", "471", "401", "461"]))
    ranks = read(path, usage_scheme="plateau", residential_usages=["471"])["rank"].tolist()
    assert ranks == [OTHER_USE, DWELLING, OTHER_USE, UNKNOWN_USE]


def test_of_a_building_of_mixed_use_a_share_is_lived_in(tmp_path):
    path = write(tmp_path, table(usage=["411", "413", "414", "415", "401"]))
    houses = read(path, usage_scheme="plateau", residential_usages=[], mixed_use_share=0.6)
    # 100 m² on two storeys; 0.6 of it for 413, 414 and 415.
    assert houses["floor_area_m2"].tolist() == pytest.approx([200.0, 120.0, 120.0, 120.0, 200.0])


def test_a_floor_area_that_is_given_comes_first(tmp_path):
    frame = table(total=[180.0, np.nan, -9999.0, 180.0], footprint_m2=[100.0, 100.0, 100.0, 0.0])
    houses = read(write(tmp_path, frame), floor_area_field="total")
    assert houses["floor_area_m2"].tolist() == [180.0, 200.0, 200.0, 180.0]


def test_points_with_a_floor_area_need_no_footprint(tmp_path):
    path = write(tmp_path, table(total=[180.0]).drop(columns="footprint_m2"))
    houses = read(path, footprint_field="", floor_area_field="total")
    assert houses["floor_area_m2"].tolist() == [180.0]


def test_nobody_lives_on_less_than_ten_square_metres(tmp_path):
    ledger = Ledger()
    # 5 m² on two storeys are 10 m² and enough; 9.9 m² on one are not.
    frame = table(footprint_m2=[5.0, 9.9, 9.9], height_m=[6.0, 3.0, 3.0])
    houses = read(write(tmp_path, frame), ledger=ledger)
    assert houses["floor_area_m2"].tolist() == [10.0]
    assert ledger.of("houses").rows_refused == 2
    assert ledger.of("houses").entries[0].code == "small_building"
    assert len(read(write(tmp_path, frame), min_building_m2=0.0)) == 3


def test_weights_go_by_usage_then_by_kind_of_dwelling(tmp_path):
    path = write(tmp_path, table(usage=["411", "412", "414", "413", "401", None]))
    weights = {"single_65+": {"apartments": 2.0, "414": 3.0}, "65+": {"house": 0.5}}
    houses = read(path, usage_scheme="plateau", residential_usages=[], weights=weights)
    assert houses["single_65+"].tolist() == [1.0, 2.0, 3.0, 1.0, 1.0, 1.0]
    assert houses["65+"].tolist() == [0.5, 1.0, 1.0, 0.5, 1.0, 1.0]


def test_weights_by_usage_need_no_scheme(tmp_path):
    path = write(tmp_path, table(usage=["411", "412"]))
    houses = read(path, weights={"65+": {"412": 4.0}})
    assert houses["65+"].tolist() == [1.0, 4.0]


def test_a_scheme_without_a_column_of_usages_is_refused():
    with pytest.raises(ValueError, match="usage_scheme = 'osm' needs usage_field"):
        spec(usage_field="", usage_scheme="osm")
