"""Plain values, as JSON has them: numbers that a machine knows and JSON does not are None."""

import json
import math
from typing import Any

import numpy as np
import pandas as pd


def plain_value(value: Any) -> Any:  # noqa: ANN401  any scalar of a table
    """Return a value of Python; not known, or no finite number, is None."""
    if value is pd.NA or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.item() if isinstance(value, np.generic) else value


def plain_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table by the names of its columns."""
    names = [str(name) for name in table.columns]
    columns = [_plain_column(table[name]) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain_column(column: pd.Series) -> list[Any]:
    values, kind = column.tolist(), column.dtype
    if isinstance(kind, np.dtype) and kind.kind in "iub":
        return values
    if isinstance(kind, np.dtype) and kind.kind == "f":
        return [value if math.isfinite(value) else None for value in values]
    return [plain_value(value) for value in values]


_JSON = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def to_json(value: object) -> str:
    """Return JSON without spaces, the letters of Japanese as they are."""
    return _JSON.encode(value)
