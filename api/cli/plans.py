"""``arukeba plans``: it comes with ``arukeba plan``."""

from api.cli.plan import register

__all__ = ["register"]
