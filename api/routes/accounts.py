"""Accounts, and the log of what was done: for those who administer."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from api.access import TAG, VisitorDep, needs
from api.deps import AccountsDep
from api.errors import Problem
from services.accounts.log import deeds
from services.accounts.people import (
    PASSWORD_LEAST,
    PASSWORD_MOST,
    accounts,
    add_account,
    change_account,
    personal_data,
    remove_account,
)
from services.words.vocabulary import Role

router = APIRouter(
    tags=[TAG],
    dependencies=[needs("administer")],
    responses={code: {"model": Problem} for code in (401, 403)},
)
_REFUSED: dict[int | str, dict[str, Any]] = {
    code: {"model": Problem} for code in (404, 409, 422, 429)
}


class AccountFields(BaseModel, extra="forbid"):
    """What is told of an account; what is left out stays as it is."""

    role: Role | None = None
    name: str | None = Field(None, max_length=100)
    mail: str | None = Field(None, max_length=300)
    councils: list[str] | None = Field(
        None, max_length=1000, description="Ids or names of areas, of council and coordinator"
    )
    password: str | None = Field(None, min_length=PASSWORD_LEAST, max_length=PASSWORD_MOST)


class NewAccount(AccountFields):
    """An account that is not there yet."""

    account_id: str = Field(max_length=40, description="Of an office or a council, not of a person")
    role: Role


@router.get("/accounts", summary="Accounts")
def listed(workspace: AccountsDep) -> dict[str, Any]:
    """List all accounts, without passwords."""
    return {"accounts": accounts(workspace)}


@router.post("/accounts", summary="Make an account", status_code=201, responses=_REFUSED)
def create(workspace: AccountsDep, who: VisitorDep, body: NewAccount) -> dict[str, Any]:
    """Make an account; without a password it is found by its mail at the city's own sign-in."""
    told = {name: value for name, value in body.model_dump().items() if value is not None}
    return add_account(workspace, told.pop("account_id"), **told, by=who)


@router.patch("/accounts/{account_id}", summary="Change an account", responses=_REFUSED)
def change(
    workspace: AccountsDep, who: VisitorDep, account_id: str, body: AccountFields
) -> dict[str, Any]:
    """Change what is told; whoever is signed in by the account signs in again."""
    return change_account(workspace, account_id, **body.model_dump(), by=who)


@router.delete(
    "/accounts/{account_id}", summary="Take an account away", status_code=204, responses=_REFUSED
)
def remove(workspace: AccountsDep, who: VisitorDep, account_id: str) -> None:
    """Take it away with all that is personal; its id stays in the logs."""
    remove_account(workspace, account_id, by=who)


@router.get(
    "/accounts/{account_id}/personal-data",
    summary="What is kept of an account",
    responses={404: {"model": Problem}},
)
def kept(workspace: AccountsDep, account_id: str) -> dict[str, Any]:
    """Return all that is kept of an account."""
    return personal_data(workspace, account_id)


@router.get("/log", summary="What was done, and by whom")
def log(
    workspace: AccountsDep,
    before: Annotated[
        int | None, Query(ge=1, description="deed_id of the last one seen; without it, the newest")
    ] = None,
) -> dict[str, Any]:
    """Return the log, the newest first; nothing can change it over HTTP."""
    return {"log": deeds(workspace, before_id=before)}
