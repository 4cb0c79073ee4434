"""Today, as it is in Japan: the one place that asks the clock for a date."""

from datetime import UTC, date, datetime, timedelta

_AHEAD_OF_UTC = timedelta(hours=9)


def today() -> date:
    """Return the date in Japan."""
    return (datetime.now(UTC) + _AHEAD_OF_UTC).date()


def day_in_japan(moment: str) -> str:
    """Return the date in Japan of a moment (ISO 8601, UTC where it names no zone), as YYYY-MM-DD."""
    then = datetime.fromisoformat(moment)
    known = then if then.tzinfo else then.replace(tzinfo=UTC)
    return (known.astimezone(UTC) + _AHEAD_OF_UTC).date().isoformat()
