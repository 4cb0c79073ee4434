"""docs/operations.md names the settings, counts and checks that there are, and no others."""

import re
from pathlib import Path

from api.metrics import Metrics
from api.settings import PREFIX, Settings

PAGE = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_setting_is_told_with_its_default() -> None:
    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| (\S+) \|", PAGE, re.MULTILINE))
    there = {name.upper(): str(value) for name, value in Settings.model_construct()}
    told = {name: value.lower().replace("`-`", "") for name, value in rows.items()}
    assert told == {name: f"{value.lower().removesuffix('.0')}" for name, value in there.items()}


def test_every_reason_to_close_a_connection_is_told() -> None:
    source = (Path(__file__).parents[2] / "api" / "connections.py").read_text(encoding="utf-8")
    reasons = set(re.findall(r'(?:drop\(|self\.drop, )"(\w+)"', source))
    assert len(reasons) == 4
    assert all(f"`{reason}`" in PAGE for reason in reasons)
    metrics = Metrics(lambda: 0)
    for reason in reasons:
        metrics.closed(reason)
    text = metrics.text().decode()
    assert all(
        f'arukeba_connections_closed_total{{why="{reason}"}} 1.0' in text for reason in reasons
    )
