"""Build with column maps and confirmed positions."""

import shutil
from pathlib import Path

import pytest

from geo.errors import InvalidInputError, SourceError
from services.intake.build import build
from services.intake.inputs import Given
from services.intake.places.confirmations import TO_CONFIRM
from services.intake.tables.reading import read_csv
from services.registry.places import read_places
from services.workspace.folder import Snapshot


@pytest.fixture
def source(town_profile: Path, tmp_path: Path) -> Path:
    """Copy the town's files; its places come from a list without coordinates."""
    return Path(shutil.copytree(town_profile.parent, tmp_path / "source")) / town_profile.name


def with_list(profile: Path, text: str, section: str) -> None:
    """Put a further list of places behind the profile."""
    (profile.parent / "salons.csv").write_text(text, encoding="utf-8")
    entry = '[[sources]]\nid = "salons"\npath = "salons.csv"\nformat = "csv"\ntitle = "t"\n'
    entry += 'credit = "c"\nlicence = "l"\nas_of = "2024"\n'
    old = profile.read_text(encoding="utf-8")
    profile.write_text(f"{old}\n{entry}\n[[places]]\n{section}\n", encoding="utf-8")


def salons(workspace):
    places = read_places(workspace.registry_url, workspace.profile.municipality.plane_epsg)
    return places[places["source_id"] == "salons"].set_index("name")


def venue_name(snapshot: Snapshot) -> str:
    """Return the name of a venue that the town has once."""
    from services.registry.places import read_venues

    workspace = snapshot.workspace
    names = read_venues(workspace.registry_url, workspace.profile.municipality.plane_epsg)["name"]
    return str(names.drop_duplicates(keep=False).iloc[0])


def test_a_map_names_the_columns_and_the_profile_wins(source, town_snapshot, tmp_path):
    hall = venue_name(town_snapshot)
    with_list(
        source,
        f"なまえ,あだな,ばしょ,いつ\nひまわり,ひま,{hall},毎週月曜日\n",
        'source = "salons"\nname_field = "あだな"\nmap = "map.toml"',
    )
    columns = '[columns]\nname = "なまえ"\nvenue = "ばしょ"\nschedule = "いつ"\n'
    (source.parent / "map.toml").write_text(columns, encoding="utf-8")
    place = salons(build(source, tmp_path / "workspace")).loc["ひま"]
    assert place[["venue_name", "schedule_text", "located_by", "located_level"]].tolist() == [
        *(hall, "毎週月曜日", "venue", "venue")
    ]
    assert place["confidence"] == 0.9


def test_a_map_given_for_one_build_holds_for_the_file_that_it_names(
    source, town_snapshot, tmp_path
):
    hall = venue_name(town_snapshot)
    with_list(source, f"なまえ,ばしょ\nひまわり,{hall}\n", 'source = "salons"')
    path = tmp_path / "map.toml"
    path.write_text(
        'file = "salons.csv"\n[columns]\nname = "なまえ"\nvenue = "ばしょ"\n', encoding="utf-8"
    )
    workspace = build(source, tmp_path / "workspace", given=Given(maps=(path,)))
    assert salons(workspace).loc["ひまわり", "venue_name"] == hall
    path.write_text(path.read_text(encoding="utf-8").replace("salons", "other"), encoding="utf-8")
    with pytest.raises(SourceError, match="no column is recognised as the name"):
        build(source, tmp_path / "again", given=Given(maps=(path,)))
    with pytest.raises(InvalidInputError, match="not a column map"):
        build(source, tmp_path / "again", given=Given(maps=(tmp_path / "none.toml",)))


def test_a_corrected_position_is_kept_from_build_to_build(source, town_snapshot, tmp_path):
    with_list(source, "名称,住所\nどこかの会,だれも知らない町1\n", 'source = "salons"')
    out = tmp_path / "workspace"
    workspace = build(source, out)
    assert workspace.manifest["counts"]["to_confirm"] >= 1
    assert salons(workspace).loc["どこかの会", "located_by"] == ""
    table = read_csv(out / TO_CONFIRM)
    shape = town_snapshot.workspace.areas().geometry.iloc[:1].representative_point().to_crs(6668)
    lon, lat = shape.x.iloc[0], shape.y.iloc[0]
    table.loc[table["名称"] == "どこかの会", ["緯度", "経度", "確認"]] = [
        f"{lat:.7f}",
        f"{lon:.7f}",
        "○",
    ]
    corrected = tmp_path / "corrected.csv"
    table.to_csv(corrected, index=False, encoding="cp932")
    for given in (Given(confirmed=corrected), None):
        # The second build finds the confirmation in the workspace that it replaces.
        workspace = build(source, out, given=given)
        place = salons(workspace).loc["どこかの会"]
        assert (place["located_by"], place["confidence"]) == ("confirmed", 1.0)
        shape = salons(workspace).to_crs(6668).loc["どこかの会"].geometry
        assert (shape.x, shape.y) == pytest.approx((lon, lat), abs=1e-6)


def test_a_list_of_persons_leaves_the_workspace_as_it_was(source, tmp_path):
    out = tmp_path / "workspace"
    build(source, out)
    before = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    with_list(source, "名称,代表者,住所\n会,山田太郎,東1\n", 'source = "salons"')
    with pytest.raises(SourceError, match="columns about persons: '代表者'"):
        build(source, out)
    assert {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()} == before


def test_a_homes_name_is_shown_only_with_consent(source, tmp_path):
    from services.situation.places import places_frame

    text = "名称,会場,公開可否,住所\n田中さんち,田中宅,不可,1\n山本サロン,山本宅,可,2\n"
    with_list(source, text, 'source = "salons"')
    places = places_frame(build(source, tmp_path / "workspace"))
    shown = places[places["source_id"] == "salons"]
    assert shown["name"].tolist() == ["個人宅の場", "山本サロン"]
    assert shown["venue_name"].tolist() == ["個人宅", "個人宅"]
    assert shown["address"].tolist() == ["", ""]
