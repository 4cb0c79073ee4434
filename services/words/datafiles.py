"""Where the data that comes with arukeba lies: in the source tree, or in the installed wheel."""

from pathlib import Path

_SERVICES = Path(__file__).resolve().parents[1]


def data_file(name: str) -> Path:
    """Return the path of a file or folder under ``data/``."""
    installed = _SERVICES / "data" / name
    return installed if installed.exists() else _SERVICES.parent / "data" / name
