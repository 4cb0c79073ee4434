"""The JSON files of a workspace, and hashes of what is in them."""

import hashlib
import json
from pathlib import Path
from typing import Any

from services.workspace.storage import unreadable


def read_json(path: Path) -> Any:  # noqa: ANN401  JSON is whatever the file holds
    """Read one of the workspace's own JSON files."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from error


def write_json(path: Path, value: object) -> None:
    """Write plain data as readable JSON."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def digest(value: object) -> str:
    """Return the SHA-256 of plain data, the same for the same content."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
