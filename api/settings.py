"""Settings of the web server, read from the environment once, where the server is started."""

from typing import Annotated

from pydantic import (
    BeforeValidator,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from geo.errors import InvalidInputError
from services.words.values import wrong_value

PREFIX = "ARUKEBA_"


def _parted(given: object) -> object:
    return (
        [one.strip() for one in given.split(",") if one.strip()]
        if isinstance(given, str)
        else given
    )


class Settings(BaseSettings):
    """What may differ between two servers of the same workspace."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    warm: bool = True
    """Prepare the newest result at start, so that the first reader does not wait."""

    library_max_age_s: NonNegativeInt = 86_400
    """How long a browser keeps the map library and the font without asking again."""

    address: Annotated[str, StringConstraints(pattern=r"^(https?://[^/?#\s]+)?$")] = ""
    """
    The address that people reach this server at, such as https://arukeba.example.lg.jp: links are made
    of it, and it is one of the names that are answered. Empty for a server of this machine alone.
    """

    hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_parted)] = ()
    """Further names that are answered, with commas between: of whatever else is asked, nothing is."""

    oidc_issuer: str = ""
    """Address of the city's own sign-in (OpenID Connect); empty where there is none."""

    oidc_client_id: str = ""
    """The name that it knows this server by."""

    oidc_client_secret: SecretStr = SecretStr("")
    """What this server shows it."""

    writes_most_per_minute: PositiveInt = 240
    """What one account may write: more is no person."""

    body_most_bytes: PositiveInt = 1_000_000
    """The body of a request may be so long; a scenario of a hundred drawn lines is a tenth of it."""

    connections_most: PositiveInt = 500
    """So many connections are kept; for a further one, that which has waited longest is closed."""

    head_wait_s: PositiveFloat = 10.0
    """The head of a request must have come by then."""

    body_wait_s: PositiveFloat = 30.0
    """The body of a request must have come by then."""

    send_wait_s: PositiveFloat = 30.0
    """A reader who has taken nothing of what waits for him for so long is let go."""

    stop_wait_s: PositiveInt = 20
    """Requests that run when the server is asked to stop may take so long to end."""

    log_json: bool = False
    """Write the log as lines of JSON to a terminal as well; to a file or a service it always is."""


def read_settings() -> Settings:
    """
    Read the settings from the environment.

    Raises
    ------
    InvalidInputError
        One of them cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        said = [wrong_value(one, PREFIX + str(one["loc"][0]).upper()) for one in error.errors()]
        raise InvalidInputError(
            "the settings of the server cannot be used ({said}); correct the environment", said=said
        ) from error
