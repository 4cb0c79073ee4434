"""Addresses: brought to the form in which a small area's name stands first."""

import re

from services.words.names import normalise

_POST = re.compile(r"^〒?[0-9]{3}-?[0-9]{4}")
_COUNTY = re.compile(r"^[^0-9]{1,6}?郡(?=[^0-9]+[町村])")


def local_part(address: str, *, prefecture: str = "", city: str = "") -> str:
    """Return an address from the 町丁 on: postcode, prefecture, county and municipality taken off."""
    form = _POST.sub("", normalise(address))
    form = form.removeprefix(normalise(prefecture)) if prefecture else form
    form = _COUNTY.sub("", form)
    form = form.removeprefix(normalise(city)) if city else form
    return normalise(form)


def chome_written_out(form: str) -> str:
    """Return 「柏5-10-1」 as 「柏5丁目10-1」: the first number after letters may be a 丁目."""
    return re.sub(r"^([^0-9-]+)([0-9]{1,2})(?:-|ノ|ケ(?=[0-9]))(?=[0-9])", r"\1\2丁目", form)
