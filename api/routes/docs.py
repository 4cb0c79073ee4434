"""The description of the API as a page that needs nothing from outside."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)


@router.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Return every address with its parameters, as forms that can be tried."""
    document: dict[str, Any] = request.app.openapi()
    template = request.app.state.templates.get_template("docs.html")
    return HTMLResponse(template.render(document=document))
