"""Wrong usage in the reader's language; the option parser knows English alone."""

import typer

from services.words.texts import text


def usage_message(error: typer.TyperException, lang: str) -> str:
    """Return what was wrong with the arguments, in one line."""
    english = " ".join(error.format_message().split()).rstrip(".")
    name = _subject(error)
    key = _KEYS.get(type(error).__name__, "")
    if not key or not name:
        return english
    return text(key, lang, name=name, english=english)


_KEYS = {
    "MissingParameter": "usage.missing",
    "NoSuchOption": "usage.no_option",
    "BadParameter": "usage.bad_value",
    "BadOptionUsage": "usage.bad_option",
}


def _subject(error: typer.TyperException) -> str:
    """Return the option or argument that an error is about."""
    if name := getattr(error, "option_name", None):
        return str(name)
    param = getattr(error, "param", None)
    if param is None:
        return ""
    options = [option for option in param.opts if option.startswith("-")]
    return str(options[0] if options else param.metavar or param.name)
