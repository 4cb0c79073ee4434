"""The log: a line of JSON for each event, on standard error, where the system keeps it."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

_KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_NOT_OURS = ("color_message",)


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON with whatever else it was given."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        more = record.__dict__.items()
        line |= {k: v for k, v in more if k not in _KNOWN and k not in _NOT_OURS}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def log_json() -> None:
    """Write all of the log as lines of JSON."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
