"""The catalogue of official sources, and fetching from it; the internet is a loopback server."""

import json
import zipfile

import pytest

from api.cli.main import main
from geo.errors import InvalidInputError
from services.intake.download import Patience
from services.intake.fetch import FetchOptions, fetch
from services.profile.catalogue import catalogue, files_of, mirrored, read_catalogue, require_code
from services.profile.products import products
from services.words.texts import told
from tests.services.intake.mirror import boundary_zip, mirror, zip_of

RULES = Patience(tries=2, wait_s=0.0, connect_s=5, read_s=5)
N03 = "/nlftp.mlit.go.jp/ksj/gml/data/N03/N03-2025/N03-20250101_12_GML.zip"
P05 = "/nlftp.mlit.go.jp/ksj/gml/data/P05/P05-22/P05-22_12_GML.zip"
MESH = "/www.e-stat.go.jp/gis/statmap-search/data?statsId=T001140&code={}&downloadType=2"
FILLER = "x" * 200_000


@pytest.fixture
def server(monkeypatch, tmp_path):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with mirror() as served:
        yield served


def small(tmp_path):
    """Return the catalogue without its least sizes, for files as small as a test's."""
    path = tmp_path / "sources.toml"
    from services.words.datafiles import data_file

    text = data_file("boundaries/sources.toml").read_text(encoding="utf-8")
    path.write_text(text.replace("bytes = [100_000,", "bytes = [10,"), encoding="utf-8")
    return read_catalogue(path)


def get(server, tmp_path, *only):
    options = FetchOptions(list(only), server.url, RULES, small(tmp_path))
    return fetch("12217", tmp_path / "out", options=options)


def test_the_catalogue_names_every_product_and_its_publisher():
    sources = {source.id: source for source in catalogue().sources}
    # Areas of danger are cut by river and office, not by municipality: a profile names their files.
    by_river = {"A31", "A33"}
    # The whole country in one file, or another year for each prefecture: likewise.
    by_hand = {"N02", "W05"}
    assert {source.product for source in sources.values()} - {""} == set(
        products()
    ) - by_river - by_hand
    assert {"estat_mesh_250", "estat_mesh_500", "estat_mesh_1000", "estat_age"} <= set(sources)
    assert all(source.licence and source.page.startswith("https://") for source in sources.values())


def test_a_municipality_needs_the_files_of_its_prefecture_and_its_squares():
    (n03,) = files_of(catalogue().chosen(["N03"])[0], jis_code="12217", meshes=[])
    assert n03.url.endswith("/N03-20250101_12_GML.zip")
    mesh = catalogue().chosen(["estat_mesh_250"])[0]
    wanted = files_of(mesh, jis_code="12217", meshes=["5339", "5340"])
    assert [one.file for one in wanted] == ["T001142_5339.zip", "T001142_5340.zip"]
    assert mirrored(wanted[0].url, "http://x/m/") == (
        "http://x/m/www.e-stat.go.jp/gis/statmap-search/data?statsId=T001142&code=5339&downloadType=2"
    )


@pytest.mark.parametrize("code", ["", "1221", "122170", "99217", "00217", "12000", "柏", "12217\n"])
def test_a_code_of_no_municipality_is_refused(code):
    with pytest.raises(InvalidInputError, match="is no JIS code of a municipality"):
        require_code(code)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('per = "prefecture"', 'per = "mesh1"', r"sources\.0: .*must have \{mesh1\}"),
        ('id = "A27"', 'id = "N03"', "used twice: N03"),
        ('product = "N03"', 'product = "N99"', "no product 'N99'"),
        ("bytes = [100_000, 200_000_000]", "bytes = [9, 1]", "the least and the most"),
        ('licence = "CC BY 4.0"\n', "", r"sources\.0\.licence: Field required"),
        ('file = "N03-', 'file = "../N03-', r"sources\.0\.file: String should match"),
        ("[[sources]]", "[[sources", "not a TOML file"),
    ],
)
def test_a_broken_catalogue_is_named(tmp_path, old, new, message):
    from services.words.datafiles import data_file

    text = data_file("boundaries/sources.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "sources.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidInputError, match=message):
        read_catalogue(path)


def test_files_are_fetched_unpacked_and_written_down(server, tmp_path):
    server.put(P05, zip_of(P05__csv=FILLER))
    fetched = get(server, tmp_path, "P05")
    assert not fetched.missing
    assert [(one.id, one.how) for one in fetched.got] == [("P05", "downloaded")]
    assert (tmp_path / "out" / "P05" / "P05-22_12_GML" / "P05.csv").read_text() == FILLER
    record = json.loads((tmp_path / "out" / "fetched.json").read_text(encoding="utf-8"))
    entry = record["P05/P05-22_12_GML.zip"]
    assert entry["sha256"] == fetched.got[0].sha256
    assert entry["licence"] == "CC BY 4.0"
    assert entry["url"].startswith("https://nlftp.mlit.go.jp/")


def test_what_is_there_already_is_not_asked_for_again(server, tmp_path):
    server.put(P05, zip_of(P05__csv=FILLER))
    get(server, tmp_path, "P05")
    again = get(server, tmp_path, "P05")
    assert [one.how for one in again.got] == ["kept"]
    assert len(server.seen) == 1


def test_a_file_that_was_damaged_here_is_fetched_anew(server, tmp_path):
    server.put(P05, zip_of(P05__csv=FILLER))
    get(server, tmp_path, "P05")
    target = tmp_path / "out" / "P05" / "P05-22_12_GML.zip"
    whole = target.read_bytes()
    target.write_bytes(whole[:-1] + b"!")
    assert [one.how for one in get(server, tmp_path, "P05").got] == ["downloaded"]
    assert target.read_bytes() == whole


def test_a_file_that_the_publisher_changed_is_reported_and_not_mixed_in(server, tmp_path):
    server.put(P05, zip_of(P05__csv=FILLER))
    get(server, tmp_path, "P05")
    (tmp_path / "out" / "P05" / "P05-22_12_GML.zip").unlink()
    server.put(P05, zip_of(P05__csv=FILLER + "new"))
    (missing,) = get(server, tmp_path, "P05").missing
    assert "if the publisher changed it, take it out of fetched.json" in str(missing.reason)
    assert "fetched.json からこのファイルを消してください" in told(missing.reason, "ja")


def test_one_failure_does_not_stop_the_others(server, tmp_path):
    server.put(P05, zip_of(P05__csv=FILLER))
    server.put(N03, b"<html>moved</html>" * 10)
    fetched = get(server, tmp_path, "N03", "P05", "A27")
    assert [one.id for one in fetched.got] == ["P05"]
    reasons = {one.id: str(one.reason) for one in fetched.missing}
    assert "another kind of file, perhaps a page" in reasons["N03"]
    assert "answered 404" in reasons["A27"]


def test_the_squares_of_meshes_come_from_the_boundary(server, tmp_path):
    # From 139.9 to 140.1: the squares 5339 and 5340.
    server.put(N03, boundary_zip(tmp_path))
    for code in ("5339", "5340"):
        server.put(MESH.format(code), zip_of(mesh__txt=FILLER))
    fetched = get(server, tmp_path, "estat_mesh_1000", "N03")
    assert [one.file for one in fetched.got] == [
        *("N03-20250101_12_GML.zip", "T001140_5339.zip", "T001140_5340.zip")
    ]
    assert not fetched.missing


def test_without_the_boundary_meshes_are_missing_with_the_way_out(server, tmp_path):
    (missing,) = get(server, tmp_path, "estat_mesh_250").missing
    assert "fetch N03 first" in str(missing.reason)
    assert server.seen == []


def hostile(name, data=b"x", **attributes):
    import io

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for key, value in attributes.items():
            setattr(info, key, value)
        archive.writestr(info, data)
        archive.writestr("filler", FILLER.encode(), compress_type=zipfile.ZIP_STORED)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (hostile("../../evil.txt"), "leads out of it"),
        (hostile("/etc/evil.txt"), "leads out of it"),
        (hostile("..\\evil.txt"), "leads out of it"),
        (hostile("C:/evil.txt"), "leads out of it"),
        (hostile("link", b"/etc/passwd", external_attr=0o120777 << 16), "leads out of it"),
        (hostile("bomb", b"\0" * (100 << 20)), "that is no map data"),
        (zip_of(a__csv=FILLER)[:-40], "the zip file is damaged"),
        (b"PK" + b"\0" * 5000, "the zip file is damaged"),
    ],
)
def test_a_dangerous_or_damaged_zip_is_refused_whole(server, tmp_path, data, reason):
    server.put(P05, data)
    (missing,) = get(server, tmp_path, "P05").missing
    assert reason in str(missing.reason)
    assert told(missing.reason, "ja") != str(missing.reason)
    assert not (tmp_path / "out" / "P05" / "P05-22_12_GML").exists()
    assert not list(tmp_path.parent.rglob("evil.txt"))


def test_a_zip_with_japanese_names_in_cp932_is_unpacked_under_them(server, tmp_path):
    data = zip_of(abcdef__csv=FILLER).replace(b"abcdef.csv", "公民館".encode("cp932") + b".csv")
    server.put(P05, data)
    get(server, tmp_path, "P05")
    assert (tmp_path / "out" / "P05" / "P05-22_12_GML" / "公民館.csv").is_file()


def test_the_command_says_what_it_could_not_get_and_exits_with_2(server, tmp_path, capsys):
    server.put(P05, zip_of(P05__csv=FILLER))
    common = ["--out", str(tmp_path / "out"), "--mirror", server.url]
    assert main(["fetch", "12217", "--only", "P05", *common, "--lang", "en"]) == 0
    assert "got P05/P05-22_12_GML.zip" in capsys.readouterr().out
    assert main(["fetch", "12217", "--only", "P05", "--only", "A27", *common, "--lang", "ja"]) == 2
    said = capsys.readouterr().out
    assert "すでにあります: P05/P05-22_12_GML.zip" in said
    assert "取れません: A27" in said
    assert main(["fetch", "12217", "--only", "A27", *common, "--json"]) == 2
    body = json.loads(capsys.readouterr().out)
    assert body["missing"][0]["id"] == "A27"
    assert main(["fetch", "123", *common]) == 2
    assert main(["fetch", "12217", "--only", "X99", *common]) == 2
