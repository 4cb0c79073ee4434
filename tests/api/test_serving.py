"""The server of the browser's tests ends with them."""

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import requests
from fastapi import FastAPI

from tests.api.serving import serving


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "served"]


def test_a_server_ends_when_the_test_fails() -> None:
    def a_test() -> None:
        with serving(FastAPI()) as address:
            assert requests.get(f"{address}/openapi.json", timeout=10).ok
            assert threads() == ["served"]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        a_test()
    assert threads() == []


def test_an_application_that_cannot_start_is_told_and_not_waited_for() -> None:
    @asynccontextmanager
    async def broken(_: FastAPI) -> AsyncIterator[None]:
        msg = "no workspace"
        raise OSError(msg)
        yield

    app = FastAPI(lifespan=broken)
    with pytest.raises(AssertionError, match="ended before"), serving(app):
        pytest.fail("nothing can be asked")
    assert threads() == []
