"""Indicators as they are read: shares recomputed, few answers not kept, unknown areas listed."""

import math
from types import SimpleNamespace

import pandas as pd
import pytest

from services.intake.areas.byname import AreaIntake
from services.intake.areas.indicators import read_indicators
from services.intake.tables.ledger import Ledger
from services.profile import Indicator, Layer, Source

LAYER = Layer(id="ward", kind="x", label="区", label_en="x", version="1", source="ward")
AREAS = pd.DataFrame({"area_id": list("12345"), "area_name": ["東", "西", "南", "北", "中"]})
TABLE = """区,困っている,回答者,率,回答者数
東,55,200,27.5％,200
西,26,100,27.5,100
南,3,4,75,4
島,1,10,10,10
北,11,10,50,10
中,3,多数,30,10
東,1,200,,200
"""


def test_a_survey_keeps_what_can_be_and_lists_the_rest(tmp_path):
    (tmp_path / "survey.csv").write_text(TABLE, "utf-8")
    indicator = Indicator(
        id="shopping",
        label="買い物に困る",
        source="survey",
        layer="ward",
        value_field="率",
        numerator_field="困っている",
        denominator_field="回答者",
    )
    source = Source(
        id="survey", path="s.csv", format="csv", title="t", credit="c", licence="l", as_of="2016"
    )
    profile = SimpleNamespace(
        indicators=[indicator],
        privacy=SimpleNamespace(small_number=10),
        source=lambda _: source,
    )
    ledger = Ledger()
    assembly = SimpleNamespace(current={"ward": LAYER}, of={"ward": AREAS}.get)
    given = AreaIntake(profile, assembly, lambda _: tmp_path / "survey.csv", ledger)
    found = read_indicators(given).set_index("area_name")
    # 55 of 200 are 27.5 %; 26 of 100 are 26 %, not 27.5 %; four answers in 南 are too few to keep.
    assert found["value"].to_dict() == pytest.approx(
        {"東": 27.5, "西": 26.0, "南": math.nan}, nan_ok=True
    )
    assert math.isnan(found.loc["南", "numerator"])
    assert found["respondents"].to_dict() == {"東": 200.0, "西": 100.0, "南": 4.0}
    notes = ledger.of("survey")
    assert [(entry.code, entry.row) for entry in notes.entries] == [
        ("rate_differs", 3),
        ("small_sample", 4),
        ("unknown_area", 5),
        ("indicator_unread", 6),
        ("indicator_unread", 7),
        ("duplicate", 8),
    ]
    assert (notes.rows_used, notes.rows_refused) == (3, 4)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "give a source or an age_group"),
        ({"source": "s"}, "needs the layer"),
        ({"source": "s", "layer": "l"}, "give value_field"),
        ({"age_group": "65+", "kind": "count"}, "shares alone"),
        ({"age_group": "65+", "flag_from": 50}, "go together"),
    ],
)
def test_an_indicator_that_cannot_be_is_refused_with_a_sentence(fields, said):
    with pytest.raises(ValueError, match=said):
        Indicator.model_validate({"id": "i", "label": "i", **fields})
