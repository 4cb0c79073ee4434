"""What every table of a profile has in common."""

import ast
import inspect
from itertools import pairwise
from textwrap import dedent
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
OptionalIdentifier = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")]


Columns = str | Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
"""One column, or several whose sum is meant."""


def columns_of(columns: Columns) -> list[str]:
    """Return the columns that an age group names; [] where they are to be found by their bands."""
    if isinstance(columns, str):
        return [columns] if columns else []
    return list(dict.fromkeys(columns))


class Table(BaseModel):
    """A table of the profile: an unknown key is a breach, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls,
        core_schema: Any,  # noqa: ANN401  as pydantic declares it
        handler: GetJsonSchemaHandler,
    ) -> dict[str, Any]:
        """Describe each key by the text below it; it is read here, for every command would wait for it."""
        schema = handler(core_schema)
        keys = handler.resolve_ref_schema(schema)["properties"]
        for name, told in _told(cls).items():
            keys[name].setdefault("description", told)
        return schema


def _told(table: type[Table]) -> dict[str, str]:
    """Return the text below each key of a table, and of those that it builds on."""
    told = {}
    for part in reversed(table.__mro__[: table.__mro__.index(Table)]):
        (made,) = ast.parse(dedent(inspect.getsource(part))).body
        for key, text in pairwise(made.body if isinstance(made, ast.ClassDef) else ()):
            match key, text:
                case ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(str(words))):
                    told[name] = inspect.cleandoc(words)
    return told
