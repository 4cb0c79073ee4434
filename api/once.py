"""The header ``Idempotency-Key``: who sends a request again, for no answer came, asks it once."""

from typing import Annotated

from fastapi import Depends, Header, Request

from api.access import VisitorDep
from services.workspace.once import Once


async def _once(
    request: Request,
    who: VisitorDep,
    idempotency_key: Annotated[
        str,
        Header(
            max_length=200,
            description="Any text that the caller makes up: sent again with the same body within a day, "
            "the request is answered as before and nothing is done twice; with another body, 422",
        ),
    ] = "",
) -> Once | None:
    """Return what is asked once; None where no key is given."""
    if not idempotency_key:
        return None
    where = f"{who.hand.name} {request.method} {request.url.path}?{request.url.query}"
    return Once.of(idempotency_key, where, await request.body())


OnceDep = Annotated[Once | None, Depends(_once)]
