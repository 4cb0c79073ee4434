"""Nothing that could point at somebody leaves by any address."""

import pytest
from fastapi.testclient import TestClient

HOME = "p3"

ADDRESSES = (
    "/",
    "/api",
    "/about",
    "/summary",
    "/summary?area=w",
    "/streets",
    "/collections",
    "/slots",
    "/slots?area=w",
    "/reports/w",
    "/reports/e",
    *(
        f"/collections/{name}/items?limit=10000"
        for name in ("areas", "coverage", "gaps", "places", "candidates", "reach")
    ),
    f"/collections/places/items/{HOME}",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_of_a_place_leaves(client: TestClient, address: str) -> None:
    assert "架空町1-2-3" not in client.get(address).text
