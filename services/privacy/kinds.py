"""Kinds of venue that are private homes; apart from the rest, for profiles are read without any data."""

PRIVATE_KINDS = ("個人宅", "自宅", "民家")
"""Unless a profile names its own."""
