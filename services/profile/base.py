"""What every table of a profile has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
OptionalIdentifier = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]*)?$")]


class Table(BaseModel):
    """A table of the profile: an unknown key is a breach, nothing changes once it is read."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )
