"""
The errors of arukeba, split by whose fault it is.

ArukebaError
├── InvalidInputError (ValueError)   the caller's: a file, a row, a parameter   HTTP 422, exit code 2
│   ├── SourceError                  one source file: says which file and which row
│   └── EditError                    one edit of the network: says which
├── NotAllowedError                  what was asked for is switched off here    HTTP 403, exit code 2
├── NotFoundError (LookupError)      what was asked for does not exist          HTTP 404, exit code 2
├── BusyError                        somebody else is at work there             HTTP 409, exit code 2
├── QueueFullError                   too much is waiting already: ask later     HTTP 429, exit code 2
├── StorageError                     a disk or a database fails: says the cause HTTP 503, exit code 1
├── BrokenWorkspaceError             ours: a workspace that cannot be read      HTTP 500, exit code 1
└── BrokenModelError                 ours: a plan that fails its own re-check   HTTP 500, exit code 1

A message is one sentence: what is wrong, where, and the way out; ``ja`` says the same in Japanese.
"""


class ArukebaError(Exception):
    """Root of every error that arukeba raises on purpose."""

    def __init__(self, message: str, *, ja: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.ja = ja or message

    def text(self, lang: str) -> str:
        """Return the sentence in ``lang`` (``"ja"`` or ``"en"``)."""
        return self.ja if lang == "ja" else self.message


class InvalidInputError(ArukebaError, ValueError):
    """A file, a row or a parameter of the caller's cannot be used."""


class SourceError(InvalidInputError):
    """A source file cannot be used; the sentence starts with its path and, if known, its row."""

    def __init__(self, message: str, *, path: object, row: int | None = None, ja: str = "") -> None:
        where = f"{path}" if row is None else f"{path}, row {row}"
        where_ja = f"{path}" if row is None else f"{path} の{row}行目"
        super().__init__(f"{where}: {message}", ja=f"{where_ja}：{ja or message}")
        self.path = str(path)
        self.row = row


class EditError(InvalidInputError):
    """One edit of the network cannot be applied; the sentence starts with its id."""

    def __init__(self, message: str, *, edit_id: str, ja: str = "") -> None:
        super().__init__(f"edit {edit_id}: {message}", ja=f"修正 {edit_id}：{ja or message}")
        self.edit_id = edit_id
        self.plain, self.plain_ja = message, ja or message


class NotAllowedError(ArukebaError):
    """Something is asked for that this server was not started to do."""


class NotFoundError(ArukebaError, LookupError):
    """Something that was asked for by name does not exist."""


class BusyError(ArukebaError):
    """Somebody else works where only one can; later it may go well."""


class QueueFullError(ArukebaError):
    """Too much work is waiting already; there is room when some of it is done."""


class StorageError(ArukebaError):
    """A disk, a folder or a database cannot be read or written; what lies there is whole."""


class BrokenWorkspaceError(ArukebaError):
    """A workspace is damaged or was made by another version."""


class BrokenModelError(ArukebaError):
    """A plan that the solver returned does not hold when it is recomputed."""
