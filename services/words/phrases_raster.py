"""The words of the command ``raster``: key → (Japanese, English)."""

RASTER_PHRASES: dict[str, tuple[str, str]] = {
    "step.raster.walk": ("道のりを計算しています", "computing walks"),
    "step.raster.write": ("ラスタを書いています", "writing the raster"),
    "step.raster.compare": ("人数を区域ごとに足しています", "summing residents by area"),
    "step.raster.done": ("できました", "done"),
    "cli.raster": (
        "歩く時間のラスタを書き出す、人口のラスタと比べる",
        "write walking times as a raster, compare a raster of residents",
    ),
    "cli.raster.surface": (
        "いちばん近い場まで歩く時間（分）を、どこからでもわかるラスタにする",
        "write the minutes on foot to the nearest place, from everywhere, as a Cloud-Optimised GeoTIFF",
    ),
    "cli.raster.surface.out": ("書き出すGeoTIFF", "GeoTIFF to write"),
    "cli.raster.frequency": (
        "どの場か monthly、weekly、permanent",
        "which places: monthly, weekly or permanent",
    ),
    "cli.raster.cell": ("セルの一辺（m）", "side of a cell in metres"),
    "cli.raster.leg": (
        "道までのまっすぐな道のりの上限（m。なければ住まいと同じ）",
        "longest straight leg to a street in metres (else that of homes)",
    ),
    "cli.raster.margin": (
        "市の境の外まで計算する幅（m）",
        "how far beyond the municipality's border to compute, in metres",
    ),
    "cli.raster.compare": (
        "人口のラスタを区域ごとに足し、建物の人口と比べる",
        "sum a raster of residents by area and compare it with the residents at the buildings",
    ),
    "cli.raster.compare.out": (
        "書き出すCSV（横に .provenance.json も置く）",
        "CSV to write (a .provenance.json goes beside it)",
    ),
    "cli.raster.population": (
        "セルごとの人数のGeoTIFF",
        "GeoTIFF of residents per cell",
    ),
    "cli.raster.layer": (
        "区域の層（なければ空白を調べる層）",
        "layer of areas (else the one of gaps)",
    ),
    "cli.raster.age_group": (
        "比べる人口の区分（なければ総人口）",
        "age group to compare with (else all residents)",
    ),
    "cli.raster.epsg": (
        "ラスタが座標系を書いていないときの EPSG 番号",
        "EPSG code of a raster that does not say its CRS",
    ),
    "raster.cells": (
        "市内{cells}セルのうち{walked}セルから歩いて行けます。ほかは「データなし」です",
        "{walked} of {cells} cells of the municipality have a walk; the others are no data",
    ),
    "raster.no_place": (
        "この回数の場が一つもないので、すべて「データなし」です",
        "there is no place of this frequency, so all cells are no data",
    ),
    "raster.in_raster": ("ラスタ", "raster"),
    "raster.at_buildings": ("建物", "buildings"),
    "raster.difference": ("差", "difference"),
    "raster.ratio": ("比", "ratio"),
    "raster.correlation": ("区域ごとの相関係数 {r}", "correlation over areas: {r}"),
    "raster.outside": (
        "境のセルのうち{people}は市の外とみなし、入れていません",
        "{people} residents of cells on the border are taken to live outside, and are left out",
    ),
}
