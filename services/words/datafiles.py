"""Where the data that comes with arukeba lies: in the source tree, or in the installed wheel."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def data_file(name: str) -> Path:
    """Return the path of a file under ``data/``."""
    installed = _HERE / "data" / name
    return installed if installed.is_file() else _HERE.parent / "data" / name
