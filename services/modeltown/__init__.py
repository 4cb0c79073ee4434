"""The model town 見本市: a fictional city, generated, and written in the official formats."""

from services.modeltown.output import write_town

__all__ = ["write_town"]
