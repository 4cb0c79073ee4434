"""Provision: what is assumed about seats and about how many residents take part."""

from typing import Annotated

from pydantic import Field

from services.profile.base import Table


class Provision(Table):
    """Assumptions on seats and participation, each with its origin."""

    seats_per_session: Annotated[float, Field(gt=0)] = 20.0
    """Of a place whose capacity and floor area are not known; also of a further place."""
    seats_origin: str = "厚生労働省の令和4年度の調査で1回の参加者は1〜20人の場が81.6％。20人とするのは arukeba の仮定"
    m2_per_person: Annotated[float, Field(gt=0)] = 2.0
    """Floor area that one person takes, where a place has a floor area and no capacity."""
    m2_origin: str = "arukeba の仮定（1人1.8〜2.0m²の広いほう）"
    participation_pct: Annotated[float, Field(gt=0, le=100)] = 8.0
    """Share of the residents who take part, once a week."""
    participation_origin: str = "認知症施策推進大綱（2019年）の目標：2025年度末までに高齢者の8％"
    decay_short_m: Annotated[float, Field(gt=0)] = 158.0
    decay_long_m: Annotated[float, Field(gt=0)] = 1288.0
    """Participation falls as exp(-walk / decay): quickly by the one, hardly by the other."""
    decay_origin: str = (
        "豊田市下山のサロン2か所の参加者の住まい（豊田都市交通研究所：300m以内85％、1km超46％）から、"
        "家が道に沿って一様にあるとした arukeba の仮定。距離との関係が見られなかった調査もある（横浜市、2016年）"
    )
