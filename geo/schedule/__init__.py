"""When a group meets: texts read into a typed schedule, and what a schedule says of weeks."""

from geo.schedule.typed import Schedule, frequency_class, parse_schedule

__all__ = ["Schedule", "frequency_class", "parse_schedule"]
