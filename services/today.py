"""Today, as it is in Japan: the one place that asks the clock for a date."""

from datetime import UTC, date, datetime, timedelta

_AHEAD_OF_UTC = timedelta(hours=9)


def today() -> date:
    """Return the date in Japan."""
    return (datetime.now(UTC) + _AHEAD_OF_UTC).date()
