"""Venues from a list as a city keeps it: every kind and attribute, filters, lists, private homes."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from fastapi.testclient import TestClient
from shapely import Point

from api.app import create_app
from api.cli.main import main
from api.settings import Settings
from geo.errors import InvalidInputError
from services.intake.places.venues import read_venues
from services.intake.tables.ledger import Ledger
from services.plans.solve import make_plan
from services.plans.store import PlanResult
from services.plans.views import shown_candidates
from services.profile import Source, Venues
from services.publication.export import export
from services.registry.places import write_registry
from services.reports.plan import plan_report
from services.results.run import run
from services.words.texts import told
from services.workspace.folder import Workspace, open_workspace, registry_file
from tests.datedtown import places
from tests.services.plans.test_plans import ROWS, asked, chosen, setting_of, town
from tests.streets import PLANE

HEADER = "施設名,種別,所在地,X,Y,面積,定員,空き時間,バリアフリー,家賃,所有者,同意"
ROWS_OF_LIST = (
    "中央公民館,公民館,本町1,600,0,120㎡,４０名,平日の午後,○,月3,000円,市,",
    "東集会所,集会所,本町2,700,0,20畳,,月・水 午前,×,無料,東町会,",
    "近隣センター,近隣センター,本町3,800,0,,,,,,,",
    "見本小学校,小学校,本町4,900,0,64㎡,30名,土日,○,無料,教育委員会,",
    "デイサービスせせらぎ,デイサービス,本町5,1000,0,90㎡,,,○,,社会福祉法人,",
    "特別養護老人ホーム苑,特別養護老人ホーム,本町6,1100,0,80㎡,25人,土日 午後,○,無料,社会福祉法人,",
    "空き家（本町）,空き家,本町7,1200,0,45㎡,,毎日,×,月２万円,,",
    "空き店舗（旧米店）,空き店舗,本町8,1300,0,30㎡,,毎日,×,月4万円,,",
    "旧JA支所,旧JA支所,本町9,1400,0,150㎡,,毎日,×,月3万円,農協,",
    "旧小学校,廃校,本町10,1500,0,180㎡,,毎日,×,無料,市,",
    "団地集会室,団地集会室,本町11,1600,0,50㎡,20名,平日,○,月5千円,住宅供給公社,",
    "松の湯,銭湯,本町12,1700,0,30㎡,,火〜金 午前,×,無料,松の湯,",
    "佐藤宅,個人宅,本町13,1820,0,10畳,6名,水 午後,×,無料,佐藤,○",
    "鈴木宅,個人宅,本町14,1890,0,10畳,6名,水 午後,×,無料,鈴木,",
)
"""The header is that of the model town; X counts to the east here, as ``lon_field`` says."""


def listed(folder: Path, ledger: Ledger) -> gpd.GeoDataFrame:
    path = folder / "halls.csv"
    rows = [row.replace("月3,000円", '"月3,000円"') for row in ROWS_OF_LIST]
    path.write_text("\n".join([HEADER, *rows]), encoding="cp932")
    spec = Venues(
        source="halls",
        name_field="施設名",
        kind_field="種別",
        address_field="所在地",
        lon_field="X",
        lat_field="Y",
        floor_area_field="面積",
        capacity_field="定員",
        availability_field="空き時間",
        barrier_free_field="バリアフリー",
        rent_field="家賃",
        owner_field="所有者",
        consent_field="同意",
    )
    source = Source(
        id="halls", path=path.name, format="csv", title="会場", credit="架空", licence="CC0",
        as_of="2025", epsg=PLANE,
    )  # fmt: skip
    return read_venues(path, spec=spec, source=source, plane_epsg=PLANE, ledger=ledger)


@pytest.fixture(scope="module")
def venues(tmp_path_factory: pytest.TempPathFactory) -> gpd.GeoDataFrame:
    ledger = Ledger()
    found = listed(tmp_path_factory.mktemp("list"), ledger)
    # 「月5千円」 is the one cell that nobody can read.
    assert [(entry.code, entry.row) for entry in ledger.of("halls").entries] == [
        ("unread_attribute", 12)
    ]
    return found


@pytest.fixture(scope="module")
def workspace(venues: gpd.GeoDataFrame, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = town(tmp_path_factory.mktemp("venues"))
    write_registry(registry_file(made.path), venues, places(*ROWS))
    return open_workspace(made.path)


def test_every_attribute_of_every_kind_is_read(venues: gpd.GeoDataFrame) -> None:
    by_kind = venues.set_index("kind")
    assert len(by_kind.index.unique()) == 13
    # 1 畳 is 1.62 m².
    told = by_kind["floor_area_m2"].drop("個人宅").to_dict()
    assert told["集会所"] == pytest.approx(20 * 1.62)
    assert (told["公民館"], told["廃校"]) == (120.0, 180.0)
    assert np.isnan(told["近隣センター"])
    assert by_kind.loc["公民館", ["capacity", "rent_yen", "owner"]].tolist() == [40.0, 3000.0, "市"]
    assert by_kind.loc["空き家", ["rent_yen", "availability"]].tolist() == [20_000.0, "毎日"]
    assert by_kind["barrier_free"].drop("個人宅").map({True: 1, False: 0}).sum() == 5
    assert by_kind.loc["個人宅", "private_home"].all()
    assert by_kind.loc["個人宅", "consent"].fillna(value=False).tolist() == [True, False]
    assert not by_kind["private_home"].drop("個人宅").any()


def kinds(workspace: Workspace, **given: object) -> set[str]:
    """Return the kinds of venues that a question keeps."""
    asking = asked(most=1, upgrades=False, **given)
    return set(setting_of(workspace, asking).candidates.options["kind"])


ALL = {
    *("公民館", "集会所", "近隣センター", "小学校", "デイサービス", "特別養護老人ホーム", "空き家"),
    *("空き店舗", "旧JA支所", "廃校", "団地集会室", "銭湯", "個人宅"),
}


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ({}, ALL),
        ({"kinds": ["銭湯", "空き家"]}, {"銭湯", "空き家"}),
        # Of the centre nobody knows: what is not known leaves nothing out.
        (
            {"barrier_free": True},
            {
                *("公民館", "近隣センター", "小学校", "デイサービス", "特別養護老人ホーム"),
                "団地集会室",
            },
        ),
        ({"rent_max_yen": 20_000}, ALL - {"空き店舗", "旧JA支所"}),
        (
            {"floor_area_min_m2": 100},
            {"公民館", "近隣センター", "旧JA支所", "廃校"},
        ),
        # Without a capacity the floor counts: 3 m² a person; 90 m² hold 30, 64 m² would hold 21.
        (
            {"capacity_min": 30},
            {"公民館", "近隣センター", "小学校", "デイサービス", "旧JA支所", "廃校"},
        ),
        # Sundays: school and care home at the weekend, empty rooms always, two nobody asked about.
        (
            {"free": "日曜"},
            {
                *("小学校", "特別養護老人ホーム", "空き家", "空き店舗", "旧JA支所", "廃校"),
                *("近隣センター", "デイサービス"),
            },
        ),
        (
            {"free": "水曜の午後", "floor_area_min_m2": 1, "kinds": ["集会所", "公民館", "個人宅"]},
            {"公民館", "個人宅"},
        ),
        ({"owners": ["市"]}, {"公民館", "廃校", "近隣センター", "空き家", "空き店舗", "個人宅"}),
        # The east begins at 1000 m, its border included.
        ({"council": "西地区"}, {"公民館", "集会所", "近隣センター", "小学校"}),
    ],
)
def test_filters_leave_out_what_is_known_not_to_fit(
    workspace: Workspace, given: dict[str, object], left: set[str]
) -> None:
    found = kinds(workspace, **given)
    if "council" in given:
        found -= {"デイサービス"}
    assert found == left


def test_half_days_without_a_day_are_refused(workspace: Workspace) -> None:
    with pytest.raises(InvalidInputError, match="names no day of the week") as refused:
        kinds(workspace, free="ときどき")
    assert "曜日が読み取れません" in told(refused.value, "ja")


def test_rooms_that_are_free_too_seldom_hold_no_permanent_place(workspace: Workspace) -> None:
    options = setting_of(
        workspace, asked(most=1, upgrades=False, classes=["permanent"])
    ).candidates.options
    # Permanent are three days a week: not on Sundays, Mondays and Wednesdays, or the weekend alone.
    assert {"集会所", "小学校", "特別養護老人ホーム", "個人宅"}.isdisjoint(options["kind"])
    assert {"公民館", "銭湯", "団地集会室", "近隣センター"} <= set(options["kind"])
    seats = options.set_index("kind")["capacity"]
    # 40 persons on three days, once each.
    assert seats["公民館"] == 120.0
    assert np.isinf(seats["近隣センター"])


LISTS = """
[[planning.council_lists]]
council = "東地区"
must = ["旧JA支所"]
must_not = ["空き店舗（旧米店）", "halls-14"]
why = "地区の話し合いで決まったため"

[[planning.council_lists]]
council = "西地区"
must = ["A"]
"""


def with_lists(folder: Path, venues: gpd.GeoDataFrame, lists: str = LISTS) -> Workspace:
    made = town(folder)
    write_registry(registry_file(made.path), venues, places(*ROWS))
    profile = made.path / "profile.toml"
    profile.write_text(profile.read_text("utf-8") + lists, "utf-8")
    return open_workspace(made.path)


def test_the_lists_of_councils_hold_and_are_told(
    venues: gpd.GeoDataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = with_lists(tmp_path, venues)
    plan = make_plan(workspace, asked(most=2))
    names = set(plan.chosen["venue_name"])
    # A meets weekly already: that wish of the west has come true.
    assert "旧JA支所" in names
    assert {"空き店舗（旧米店）", "個人宅の場"}.isdisjoint(names)
    report = plan_report(plan)
    reasons = {one.name: one.reasons for one in report.choices}
    assert "東地区が必ず入れるとした場所です。地区の話し合いで決まったため" in reasons["旧JA支所"]
    (line,) = [line for line in report.assumptions if "選ばないとしています" in line]
    said, why = line.removesuffix("）").rsplit("（", 1)
    head, names_left = said.split(": ")
    assert (head, why) == ("東地区は次を選ばないとしています", "地区の話し合いで決まったため")
    assert set(names_left.split("、")) == {"空き店舗（旧米店）", "個人宅の場"}
    english = plan_report(plan, "en")
    assert any("東地区 must have it" in one.reasons for one in english.choices)
    assert any(line.startswith("東地区 will not have: ") for line in english.assumptions)
    assert main(["--lang", "ja", "plan", str(workspace.path), "--most", "2", "--points", "0"]) == 0
    assert "東地区は次を選ばないとしています" in capsys.readouterr().out.replace("\n", "")


def test_a_question_can_leave_the_lists_out(venues: gpd.GeoDataFrame, tmp_path: Path) -> None:
    workspace = with_lists(tmp_path, venues)
    free = setting_of(workspace, asked(most=1, council_lists=False)).candidates.options
    assert not free["must"].any()
    assert not free["must_not"].any()
    bound = setting_of(workspace, asked(most=1)).candidates.options.set_index("venue_name")
    assert bound.index[bound["must"]].tolist() == ["旧JA支所"]
    assert set(bound.index[bound["must_not"]]) == {"空き店舗（旧米店）", "個人宅の場"}


def test_a_must_have_needs_one_class_alone(venues: gpd.GeoDataFrame, tmp_path: Path) -> None:
    workspace = with_lists(tmp_path, venues)
    asking = asked(most=1, classes=["weekly", "permanent"])
    options = setting_of(workspace, asking).candidates.options
    assert options.loc[options["must"], "target_class"].tolist() == ["weekly"]
    assert "旧JA支所" in set(make_plan(workspace, asking).chosen["venue_name"])
    exact = asked(most=1, classes=["weekly", "permanent"], must=["open-halls-10-permanent"])
    with pytest.raises(InvalidInputError, match="Two candidates of one place"):
        make_plan(workspace, exact)


def test_a_council_that_asks_for_what_a_filter_leaves_out_is_told(
    venues: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    workspace = with_lists(tmp_path, venues)
    with pytest.raises(InvalidInputError, match="東地区 must have 旧JA支所, which is no candidate"):
        make_plan(workspace, asked(most=1, barrier_free=True))
    # The plan of another council has nothing to do with it.
    plan = make_plan(workspace, asked(most=1, barrier_free=True, council="西地区"))
    assert plan.record["left_out"] == []


def test_a_list_that_contradicts_itself_is_no_profile(
    venues: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    twice = '[[planning.council_lists]]\ncouncil = "東地区"\nmust = ["X"]\nmust_not = ["X"]\n'
    workspace = with_lists(tmp_path, venues, twice)
    with pytest.raises(InvalidInputError, match="東地区: X is in must and in must_not"):
        _ = workspace.profile


@pytest.fixture(scope="module")
def at_home(workspace: Workspace) -> PlanResult:
    return make_plan(workspace, asked(most=1, upgrades=False, kinds=["個人宅"]))


def test_only_a_home_that_consents_is_a_candidate(
    workspace: Workspace, at_home: PlanResult
) -> None:
    assert chosen(at_home) == {"open-halls-14"}
    options = setting_of(workspace, asked(most=1)).candidates.options
    assert options.loc[options["private_home"], "candidate_id"].tolist() == ["open-halls-14"]


def test_it_leaves_blurred_and_without_a_name(
    venues: gpd.GeoDataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Without other halls the home is on the ranked list of a run as well.
    workspace = with_lists(tmp_path, venues[venues["kind"] == "個人宅"], "")
    run(workspace)
    at_home = make_plan(workspace, asked(most=1, upgrades=False))
    shown = shown_candidates(at_home).iloc[0]
    # The middle of the cell of 150 m that 1820 m lies in: 12 · 150 + 75; never the house itself.
    assert shown.geometry.equals_exact(Point(1875.0, 75.0), 1e-6)
    with TestClient(create_app(workspace, Settings(warm=False))) as client:
        pages = [
            client.get(f"/plans/{at_home.plan_id}{page}").text for page in ("", "/items", "/report")
        ]
        pages += [
            client.get(f"/collections/{name}/items", params={"limit": 10_000}).text
            for name in ("plans", "candidates", "places")
        ]
    files = export(workspace, tmp_path / "out", file_format="geojson")
    pages += [path.read_text("utf-8") for path in files]
    command = ["plan", str(workspace.path), "--points", "0", "--most", "9"]
    assert main(["--lang", "ja", *command]) == 0
    pages.append(capsys.readouterr().out)
    for page in pages:
        for word in ("佐藤", "鈴木", "本町13", "本町14"):
            assert word not in page
    features = json.loads((tmp_path / "out" / "candidates.geojson").read_text("utf-8"))["features"]
    homes = [one for one in features if one["properties"]["kind"] == "個人宅"]
    assert [one["properties"]["blurred"] for one in homes] == [True]
    assert [one["properties"]["venue_name"] for one in homes] == ["個人宅の場"]
    exact = gpd.GeoSeries([Point(1820.0, 0.0)], crs=PLANE)
    there = gpd.GeoSeries([Point(homes[0]["geometry"]["coordinates"])], crs=6668).to_crs(PLANE)
    # 55 m to the east and 75 m to the north of the house.
    assert there.distance(exact).iloc[0] == pytest.approx(np.hypot(55, 75), abs=0.1)
