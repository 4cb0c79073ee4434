"""What the name of an age group means."""

import pytest

from services.profile.ages import is_older


@pytest.mark.parametrize("name", ["65+", "70+", "75+", "90+", "65-74", "85-89", "single_65+"])
def test_a_group_of_people_over_65_is_older_whatever_its_name(name: str) -> None:
    assert is_older(name)


@pytest.mark.parametrize("name", ["total", "0-14", "15-64", "60+", "64-80", "750", "single", ""])
def test_a_group_that_holds_younger_people_is_not(name: str) -> None:
    assert not is_older(name)
