"""Hostile tables: residents, places, halls and houses."""

import gzip
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.services.intake.hostile.case import Case, End, data
from tests.services.intake.hostile.hamlet import (
    LAT,
    LON,
    PEOPLE_HEAD,
    PLACE_HEAD,
    buildings,
    halls,
    people,
    place,
    table,
)

Write = Callable[[Path], None] | bytes | str
RLO, ZWSP, BOM = "\u202e", "\u200b", "\ufeff"


def residents(name: str, content: Write, end: End = "refused", says: str = "", **more) -> Case:
    return _case(f"residents-{name}", "people", "people.csv", content, end, says, **more)


def salons(name: str, content: Write, end: End = "noted", says: str = "", **more) -> Case:
    return _case(f"places-{name}", "salons", "salons.csv", content, end, says, **more)


def _case(name, source, own_file, content, end, says, **more) -> Case:
    write = content if callable(content) else data(content)
    more = {"file": own_file, "format": "csv", **more}
    return Case(name=name, source=source, write=write, end=end, says=says, **more)


def rows(*places: tuple[object, ...]) -> str:
    return table(PLACE_HEAD, *places)


def changed(**cells: object) -> str:
    """Return a list of two places, the second with these cells."""
    return rows(place(), place("すみれの会", **{"緯度": LAT + 0.001, **cells}))


def count(cell: object) -> str:
    """Return residents of which one count is this cell."""
    return people().replace("南町,100,30", f'南町,"{cell}",30')


def _directory(path: Path) -> None:
    path.mkdir()


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere.csv")


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _zip_bomb(path: Path) -> None:
    zeros = b"0" * 1_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", "<Types/>")
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(100):
                sheet.write(zeros)


def _nested_zip(path: Path) -> None:
    inner = path.with_suffix(".inner")
    _zip_bomb(inner)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        for number in range(20):
            bomb.write(inner, f"{number}.zip")
    inner.unlink()


PEOPLE = people()
PLACES = rows(place())
HALF = len(PEOPLE.encode()) // 2

ENCODINGS = [
    residents("utf8-bom", people().encode("utf-8-sig"), "content", residents=400),
    residents("cp932", people().encode("cp932"), "content", residents=400),
    residents("euc-jp", people().encode("euc_jp"), "content", residents=400),
    residents("iso-2022-jp", people().encode("iso2022_jp"), "content", residents=400),
    residents("utf-16", people().encode("utf-16"), "content", residents=400),
    residents("utf-16-be-without-bom", people().encode("utf-16-be"), "content", residents=400),
    residents("utf-32", people().encode("utf-32"), "content", residents=400),
    residents("two-encodings", PEOPLE.encode()[:HALF] + PEOPLE.encode("cp932")[HALF // 2 :]),
    residents("cut-in-a-character", PEOPLE.encode()[: PEOPLE.encode().rindex("北".encode()) + 1]),
    residents("nul-bytes", PEOPLE.replace("南町", "南\x00町")),
    residents("only-nul-bytes", b"\x00" * 1000),
    residents("random-bytes", bytes(range(256)) * 40),
    residents("bom-in-the-middle", PEOPLE.replace("南町", f"{BOM}南町"), "content", residents=400),
    residents("crlf", PEOPLE.replace("\n", "\r\n"), "content", residents=400),
    residents("cr-only", PEOPLE.replace("\n", "\r"), "content", residents=400),
    residents("line-separators", PEOPLE.replace("\n", "\u2028")),
    residents("mixed-line-ends", PEOPLE.replace("\n", "\r\n", 2), "content", residents=400),
    residents("control-characters", PEOPLE.replace("南町", "南\x07町\x1b[31m"), "trouble"),
    residents("surrogates", PEOPLE.encode().replace("南町".encode(), b"\xed\xa0\x80\xed\xb0\x80")),
]

SHAPES = [
    residents("empty", b"", says="empty"),
    residents("blank-lines", "\n \n\n", says="empty"),
    residents("bom-only", BOM.encode(), says="empty"),
    residents("header-only", ",".join(PEOPLE_HEAD), says="no residents"),
    residents("half-a-row", PEOPLE[: PEOPLE.rindex(",")], says="row 5"),
    residents("one-cell-too-many", PEOPLE.replace("南町,", "南町,9,"), says="row 4"),
    residents("unclosed-quote", PEOPLE.replace("南町", '"南町'), "trouble"),
    residents("stray-quotes", PEOPLE.replace("南町", '南"町"'), "trouble"),
    residents("quote-of-20-mb", PEOPLE + '"' + "あ" * 6_500_000),
    residents("line-of-20-mb", "x" * 20_000_000),
    residents("a-million-columns", "a," * 1_000_000 + "\n" + "1," * 1_000_000, says="columns"),
    residents("same-column-twice", PEOPLE.replace("65歳以上", "総数"), says="総数"),
    residents("a-count-column-twice", _wide := PEOPLE.replace("\n", ",総数\n", 1), says="総数"),
    residents("no-header", PEOPLE.split("\n", 1)[1], says="no column"),
    residents("header-twice", PEOPLE.replace("南町", "町丁名,総数,65歳以上\n南町"), says="row 4"),
    residents("semicolons", PEOPLE.replace(",", ";"), "content", residents=400),
    residents("tabs", PEOPLE.replace(",", "\t"), "content", residents=400),
    residents(
        "marks-in-the-header", PEOPLE.replace("総数", f"総{RLO}数"), "content", residents=400
    ),
    residents("html-error-page", "<html><body>404 Not Found</body></html>"),
    residents("json", '{"町丁名": "東町", "総数": 100}'),
    residents("pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"),
    residents("gzip", gzip.compress(PEOPLE.encode()), "content", residents=400),
    residents("zip-bomb", _zip_bomb),
    residents("zip-bomb-xlsx", _zip_bomb, file="people.xlsx"),
    residents("zip-of-zip-bombs", _nested_zip, file="people.zip"),
    residents("xls-magic", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 2000, file="people.xls"),
    residents("truncated-xlsx", b"PK\x03\x04\x14\x00\x06\x00", file="people.xlsx"),
    residents("directory", _directory, says="missing file"),
    residents("symlink-loop", _loop, says="missing file"),
    residents("symlink-to-nothing", _dangling, says="missing file"),
    residents("pipe-that-never-ends", _pipe, says="missing file"),
]

COUNTS = [
    residents("negative", count(-1), says="row 4"),
    residents("negative-by-triangle", count("▲5"), says="row 4"),
    residents("nan", count("NaN"), says="row 4"),
    residents("infinite", count("inf"), says="row 4"),
    residents("overflow", count("1e999"), says="row 4"),
    residents("huge", count("1e18"), says="row 4"),
    residents("all-of-the-world", count("8000000000"), says="row 4"),
    residents("text", count("約百人"), says="row 4"),
    residents("empty-cell", count(""), says="row 4"),
    residents("excel-error", count("#REF!"), says="row 4"),
    residents("formula", count("=1+1"), says="row 4"),
    residents("hexadecimal", count("0x64"), says="row 4"),
    residents("full-width", count("１００"), "content", residents=400),
    residents("thousands", count("1,000"), "content", residents=1300),
    residents("suppressed", count("X"), "noted", "suppressed"),
    residents("all-zero", PEOPLE.replace("100", "0").replace("30", "0"), says="no residents"),
    residents("older-than-all", PEOPLE.replace("南町,100,30", "南町,10,30"), "noted", "older"),
    residents("name-twice", people(("東町", 50, 20)), "noted", "summed"),
    residents("name-of-no-area", people(("幻町", 50, 20)), "noted", "unmatched_name"),
    residents("sum-row", people(("合計", 400, 120)), "noted"),
    residents("no-name", people(("", 50, 20)), says="row 6"),
    residents(
        "name-with-marks", PEOPLE.replace("南町", f"{RLO}南{ZWSP}町"), "content", residents=400
    ),
    residents("name-of-a-megabyte", people(("あ" * 100_000, 1, 1)), "trouble"),
    residents("missing-area", PEOPLE.replace("北町,100,30\n", ""), "noted", "area_without_row"),
]

DEEP = "第1" * 3000
PLACE_LIST = [
    salons("empty", b"", "refused", "empty"),
    salons("header-only", ",".join(PLACE_HEAD), "noted", "no_rows"),
    salons("half-a-row", changed()[: changed().rindex("すみれ") + 3], "noted"),
    salons("formula-in-the-name", changed(名称="=cmd|' /C calc'!A0"), "noted", "formula"),
    salons("formula-by-at", changed(団体="@SUM(1+1)*cmd|'/C calc'!A0"), "noted", "formula"),
    salons("formula-by-plus", changed(会場="+HYPERLINK(1)"), "noted", "formula"),
    salons("formula-full-width", changed(会場="＝1+1"), "noted", "formula"),
    salons("sql-in-the-name", changed(名称="'); DROP TABLE places;--"), "content", places=2),
    salons("html-in-the-name", changed(名称="<script>alert(1)</script>"), "content", places=2),
    salons("newline-in-the-name", changed(名称="すみれの\n会"), "content", places=2),
    salons("marks-in-the-name", changed(名称=f"{RLO}会のれみす"), "noted", "marks"),
    salons("name-of-spaces", changed(名称="　 "), "noted", "no_name"),
    salons("name-of-100-kb", changed(名称="あ" * 100_000), "trouble"),
    salons("same-place-twice", rows(place(), place()), "noted", "duplicate"),
    salons("nan-coordinates", changed(緯度="NaN", 経度="NaN"), "noted", "no_coordinates"),
    salons("infinite-coordinates", changed(緯度="inf", 経度="-inf"), "noted", "no_coordinates"),
    salons("overflowing-coordinates", changed(緯度="1e400", 経度="1e400"), "trouble"),
    salons("half-a-coordinate", changed(経度=""), "noted", "no_coordinates"),
    salons("coordinates-in-words", changed(緯度="北緯35度", 経度="東経139度"), "trouble"),
    salons("one-row-swapped", changed(緯度=LON, 経度=LAT), "noted", "position_swapped"),
    salons("all-rows-swapped", rows(place(緯度=LON, 経度=LAT)), "noted", "position_swapped"),
    salons("at-null-island", changed(緯度=0, 経度=0), "refused", "row 3"),
    salons("latitude-of-91", changed(緯度=91), "refused", "row 3"),
    salons("longitude-of-500", changed(経度=500), "refused", "row 3"),
    salons("plane-coordinates", rows(place(緯度=-15123.4, 経度=12987.6)), "refused", "row 2"),
    salons("in-the-sea", changed(緯度=35.5, 経度=141.5), "refused", "row 3"),
    salons("in-another-city", changed(緯度=43.06, 経度=141.35), "refused", "row 3"),
    salons("opened-on-30-february", changed(開設日="2020-02-30"), "noted", "unread_date"),
    salons("opened-in-month-13", changed(開設日="令和6年13月1日"), "noted", "unread_date"),
    salons("opened-in-year-zero", changed(開設日="令和0年4月1日"), "noted", "unread_date"),
    salons("opened-some-day", changed(開設日="いつか"), "noted", "unread_date"),
    salons("opened-in-the-year-99999", changed(開設日="99999/4/1"), "noted", "unread_date"),
    salons(
        "closed-before-opened", changed(閉所日="2010-03-31", 状態="閉鎖"), says="dates_conflict"
    ),
    salons("closed-on-31-june", changed(閉所日="2020-06-31"), "noted", "unread_attribute"),
    salons("status-nonsense", changed(状態="？？？"), "noted", "unknown_status"),
    salons("type-against-schedule", changed(型="常設型"), "noted", "class_conflict"),
    salons("type-nonsense", changed(型="すごい型"), "noted", "class_unread"),
    salons("area-negative", changed(広さ="-3"), "noted", "unread_attribute"),
    salons("area-of-a-continent", changed(広さ="1e12"), "noted", "unread_attribute"),
    salons("schedule-empty", changed(開催日=""), "noted", "unknown_schedule"),
    salons("schedule-nonsense", changed(開催日="第9月曜の32日"), "noted"),
    salons("schedule-of-emoji", changed(開催日="🌸🌸🌸"), "noted", "unknown_schedule"),
    salons("schedule-at-hour-99", changed(開催日="99時99分"), "noted", "schedule_unread"),
    salons("schedule-of-6000-signs", changed(開催日=DEEP + "月曜"), "noted", "too_long"),
    salons("schedule-of-days", changed(開催日="1日、" * 3000), "noted", "too_long"),
    salons("schedule-of-spaces", changed(開催日="毎週" + " " * 9000 + "月"), "noted", "too_long"),
    salons("schedule-of-brackets", changed(開催日="(" * 3000 + ")" * 3000), "noted"),
    salons(
        "rotation-without-stops", changed(開催日="毎週月曜 会場は日替わり"), says="rotation_unread"
    ),
    salons("rotation-to-unknown-halls", changed(開催日="日替わり：月 A会館、火 B会館"), "noted"),
    salons("same-column-twice", PLACES.replace("団体", "名称"), "refused", "名称"),
    salons("two-latitudes", PLACES.replace("広さ", "緯度"), "refused", "緯度"),
    salons("html-error-page", "<html>503</html>", "refused", "a web page"),
]

HALLS = [
    _case(f"halls-{name}", "halls", "halls.csv", content, end, says)
    for name, content, end, says in [
        ("empty", b"", "refused", "empty"),
        ("header-only", halls().split("\n", 1)[0], "noted", "no_rows"),
        ("swapped", halls(("北", "x", "", LON, LAT)), "trouble", ""),
        ("twice", halls(("東会館", "集会所", "", LAT + 0.002, LON)), "noted", "duplicate"),
        ("no-name", halls(("", "x", "", LAT, LON)), "noted", "no_name"),
        ("far-away", halls(("札幌", "x", "", 43.06, 141.35)), "noted", "outside"),
        ("no-coordinates", halls(("北会館", "x", "", "", "")), "noted", "no_coordinates"),
        ("formula", halls(("=1+1", "x", "", LAT, LON + 0.001)), "noted", "formula"),
    ]
]

HOUSES = [
    _case(f"houses-{name}", "buildings", "buildings.csv", content, end, says)
    for name, content, end, says in [
        ("empty", b"", "refused", "empty"),
        ("header-only", "lon,lat,footprint,storeys", "refused", ""),
        ("nan-position", buildings(("NaN", "NaN", 80, 2)), "noted", "no_coordinates"),
        ("far-away", buildings((0, 0, 80, 2)), "noted", "no_coordinates"),
        ("all-swapped", "lon,lat,footprint,storeys\n35.86,139.97,80,2\n", "refused", "swapped"),
        ("all-in-paris", "lon,lat,footprint,storeys\n2.35,48.85,80,2\n", "refused", ""),
        ("zero-footprint", buildings((LON, LAT, 0, 2)), "noted", "no_footprint"),
        ("negative-footprint", buildings((LON, LAT, -80, 2)), "noted", "no_footprint"),
        ("infinite-footprint", buildings((LON, LAT, "1e999", 2)), "noted", "footprint"),
        ("footprint-of-a-city", buildings((LON, LAT, 1e12, 2)), "noted", "footprint"),
        ("a-million-storeys", buildings((LON, LAT, 80, 1e6)), "noted", "storeys"),
        ("negative-storeys", buildings((LON, LAT, 80, -3)), "noted", "storeys"),
        ("text-for-storeys", buildings((LON, LAT, 80, "二階")), "noted", "storeys"),
    ]
]

CASES = [*ENCODINGS, *SHAPES, *COUNTS, *PLACE_LIST, *HALLS, *HOUSES]
