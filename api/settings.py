"""Settings of the web server, read from the environment once, where the server is started."""

from pydantic import NonNegativeInt
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What may differ between two servers of the same workspace."""

    model_config = SettingsConfigDict(env_prefix="ARUKEBA_", frozen=True)

    warm: bool = True
    """Prepare the newest result at start, so that the first reader does not wait."""

    library_max_age_s: NonNegativeInt = 86_400
    """How long a browser keeps the map library and the font without asking again."""

    editing: bool = False
    """
    Let scenarios and decisions be written over HTTP. Off, for there are no accounts yet: whoever
    reaches the server could write in a council's name. Switch it on only where all who can are meant to.
    """
