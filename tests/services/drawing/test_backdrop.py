"""How the ground is drawn."""

import itertools
import re
from typing import get_args

import pytest

from geo.ground.kinds import LINES, POINTS, Kind
from services.drawing.backdrop import GROUND_KEYS, GROUND_SIGNS, ZOOMS, keys_of, width_px, zoom_of


def luminance(colour: str) -> float:
    """Of WCAG 2: 0 is black, 1 white."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_kind_of_ground_has_its_sign_after_its_shape() -> None:
    assert set(GROUND_SIGNS) == set(get_args(Kind))
    assert {kind for kind, sign in GROUND_SIGNS.items() if sign.draw in ("line", "rail")} == LINES
    assert {kind for kind, sign in GROUND_SIGNS.items() if sign.draw == "name"} <= POINTS


def test_every_kind_but_mere_names_has_one_key_in_a_legend() -> None:
    assert sorted(itertools.chain(*GROUND_KEYS)) == sorted({*get_args(Kind)} - {"locality"})
    # The sea and a river are one key, and the more looked for comes first.
    assert keys_of(["park", "river", "sea", "locality", "railway"]) == ["water", "railway", "park"]
    assert keys_of([]) == []


def test_paper_without_colours_is_grey_and_every_sign_keeps_within_its_square() -> None:
    for sign in GROUND_SIGNS.values():
        if sign.draw != "name":
            assert re.fullmatch(r"#([0-9A-F]{2})\1\1", sign.grey)
        assert all(abs(part) <= 1 for xy in itertools.chain(*sign.strokes) for part in xy)
        assert all(len(stroke) > 1 for stroke in sign.strokes)


def test_areas_are_quiet_and_names_are_read_on_the_ground_they_name() -> None:
    for kind, sign in GROUND_SIGNS.items():
        if sign.draw == "area":
            assert contrast(sign.colour, "#FFFFFF") < 1.7, kind
            assert contrast(sign.ink, sign.colour) >= 3.5, kind
        assert contrast(sign.ink, "#FFFFFF") >= 4.5, kind


def test_a_pixel_of_a_web_map_of_a_zoom_is_half_of_that_before() -> None:
    assert zoom_of(2.0) - zoom_of(4.0) == pytest.approx(1.0)
    # The earth's girth over 512 pixels, at 36 degrees north.
    assert zoom_of(40_075_017 / 512 * 0.809017) == pytest.approx(0.0, abs=1e-5)


def test_widths_are_those_given_at_the_zooms_and_even_between() -> None:
    river = GROUND_SIGNS["river"]
    m_per_px = [40_075_017 / 512 * 0.809017 / 2**zoom for zoom in (*ZOOMS, 14.5, 5.0, 20.0)]
    low, middle, high = river.widths_px
    expected = [low, middle, high, (middle + high) / 2, low, high]
    assert [width_px(river, scale) for scale in m_per_px] == pytest.approx(expected, abs=1e-4)
