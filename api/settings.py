"""Settings of the web server, read from the environment once, where the server is started."""

from pydantic import NonNegativeInt, PositiveFloat, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from geo.errors import InvalidInputError
from services.words.values import wrong_value

PREFIX = "ARUKEBA_"


class Settings(BaseSettings):
    """What may differ between two servers of the same workspace."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    warm: bool = True
    """Prepare the newest result at start, so that the first reader does not wait."""

    library_max_age_s: NonNegativeInt = 86_400
    """How long a browser keeps the map library and the font without asking again."""

    editing: bool = False
    """
    Let scenarios and decisions be written over HTTP. Off, for there are no accounts yet: whoever
    reaches the server could write in a council's name. Switch it on only where all who can are meant to.
    """

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
