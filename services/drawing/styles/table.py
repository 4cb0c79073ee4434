"""Styles as the table of a GeoPackage in which QGIS looks for them."""

from collections.abc import Sequence

import pandas as pd

from services.drawing.styles.qml import qml
from services.drawing.styles.rules import DEFAULT, Style
from services.drawing.styles.sld import sld
from services.words.texts import LANGS

LAYER_STYLES = "layer_styles"
"""Its name, as QGIS and GeoServer know it."""

_GEOMETRY = "geom"


def styles_table(styles: Sequence[Style], made_at: str) -> pd.DataFrame:
    """Return a row a style and language; QGIS takes the one in Japanese where nobody chooses."""
    rows = [
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": style.collection,
            "f_geometry_column": _GEOMETRY,
            "styleName": f"{style.id} ({lang})",
            "styleQML": qml(style, lang),
            "styleSLD": sld(style, lang),
            "useAsDefault": style.id == DEFAULT and lang == LANGS[0],
            "description": style.title[lang],
            "owner": "",
            "ui": "",
        }
        for style in styles
        for lang in LANGS
    ]
    return pd.DataFrame(rows).assign(update_time=pd.Timestamp(made_at).tz_convert("UTC"))
