"""
The errors of arukeba, split by whose fault it is, and the sentences that they say.

ArukebaError
├── InvalidInputError (ValueError)   the caller's: a file, a row, a parameter   HTTP 400 or 422, exit 2
│   ├── TooLargeError                what was sent is longer than is read           HTTP 413
│   ├── SourceError                  one source file: says which file and which row
│   ├── EditError                    one edit of the network: says which
│   ├── TakenError                   what is to be made is there already        HTTP 409
│   └── NoConditionError             a change that does not say of what state    HTTP 428
├── NotAllowedError                  whoever asks may not do it                 HTTP 403, exit code 2
│   └── NotKnownError                nobody knows yet who asks                      HTTP 401
├── NotFoundError (LookupError)      what was asked for does not exist          HTTP 404, exit code 2
│   └── GoneError                    it was there, and is another now           HTTP 410, exit code 2
├── BusyError                        somebody else is at work there             HTTP 409, exit code 2
├── ChangedError                     it is not any more as the caller saw it    HTTP 412, exit code 2
├── QueueFullError                   too much is waiting already: ask later     HTTP 429, exit code 2
├── StorageError                     a disk or a database fails: says the cause HTTP 503, exit code 1
│   └── DiskFullError                there is no room left                          HTTP 507
├── BrokenWorkspaceError             ours: a workspace that cannot be read      HTTP 500, exit code 1
└── BrokenModelError                 ours: a plan that fails its own re-check   HTTP 500, exit code 1

A message is one sentence: what is wrong, where, and the way out. It is kept as its English template
and its facts, ``InvalidInputError("{path}: no such file", path=path)``; other languages are made
from the same two by the words of ``services``, where the sentence is shown.
"""

import math
import string
from collections.abc import Mapping
from typing import Any


class Sentence:
    """A sentence that is not yet said: its English template and the facts to fill in."""

    __slots__ = ("facts", "template")

    def __init__(self, template: str, /, **facts: object) -> None:
        self.template = template
        self.facts = facts

    def __str__(self) -> str:
        return Formatter().vformat(self.template, (), self.facts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready for JSON; ``from_dict`` reads it."""
        return {"template": self.template, "facts": {k: _plain(v) for k, v in self.facts.items()}}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Sentence":
        """Return the sentence of ``to_dict``."""
        return cls(plain["template"], **{k: _fact(v) for k, v in plain["facts"].items()})

    def __repr__(self) -> str:
        return f"Sentence({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sentence):
            return NotImplemented
        return (self.template, self.facts) == (other.template, other.facts)

    def __hash__(self) -> int:
        return hash(str(self))


def _plain(fact: Any) -> Any:  # noqa: ANN401 - any fact
    if isinstance(fact, ArukebaError):
        return fact.sentence.to_dict()
    if isinstance(fact, Sentence):
        return fact.to_dict()
    if isinstance(fact, list | tuple):
        return [_plain(one) for one in fact]
    # A number of numpy's becomes one of Python's.
    fact = fact.item() if hasattr(fact, "item") else fact
    if isinstance(fact, float) and not math.isfinite(fact):
        return {"float": str(fact)}  # JSON has no word for it
    return fact if isinstance(fact, int | float | None) else str(fact)


def _fact(plain: Any) -> Any:  # noqa: ANN401 - any fact
    if isinstance(plain, Mapping):
        return float(plain["float"]) if "float" in plain else Sentence.from_dict(plain)
    return [_fact(one) for one in plain] if isinstance(plain, list) else plain


class Formatter(string.Formatter):
    """Fills a template in: a fact that is a list is joined, one that is a sentence is said."""

    joint = ", "

    def said(self, sentence: "Sentence | ArukebaError") -> str:
        """Return a sentence that is a fact of another one."""
        return str(sentence)

    def convert_field(self, value: Any, conversion: Any) -> Any:  # noqa: ANN401 - any fact
        """Convert a fact as ``!r`` or ``!s`` asks, a list one by one."""
        if isinstance(value, list | tuple):
            return [self.convert_field(one, conversion) for one in value]
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401 - any fact
        """Return the text of one fact."""
        if isinstance(value, list | tuple):
            return self.joint.join(self.format_field(one, format_spec) for one in value)
        if isinstance(value, Sentence | ArukebaError):
            return self.said(value)
        return str(super().format_field(value, format_spec))


class ArukebaError(Exception):
    """Root of every error that arukeba raises on purpose."""

    public: Sentence | None = None
    """What strangers are told in its place, where the sentence holds an address."""

    def __init__(self, template: str, /, **facts: object) -> None:
        self.sentence = Sentence(template, **facts)
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence in English."""
        return str(self.sentence)

    @property
    def facts(self) -> Mapping[str, object]:
        """What the sentence is about."""
        return self.sentence.facts


class InvalidInputError(ArukebaError, ValueError):
    """A file, a row or a parameter of the caller's cannot be used."""


class TooLargeError(InvalidInputError):
    """What was sent over HTTP is longer than is read."""


class SourceError(InvalidInputError):
    """A source file cannot be used; the sentence starts with its path and, if known, its row."""

    def __init__(
        self, template: str, /, *, path: object, row: int | None = None, **facts: object
    ) -> None:
        said = Sentence(template, path=path, row=row, **facts)
        if row is None:
            super().__init__("{path}: {said}", path=path, said=said)
        else:
            super().__init__("{path}, row {row}: {said}", path=path, row=row, said=said)
        self.path = str(path)
        self.row = row


class EditError(InvalidInputError):
    """One edit of the network cannot be applied; the sentence starts with its id."""

    def __init__(self, template: str, /, *, edit_id: str, **facts: object) -> None:
        self.said = Sentence(template, edit_id=edit_id, **facts)
        super().__init__("edit {edit_id}: {said}", edit_id=edit_id, said=self.said)
        self.edit_id = edit_id


class TakenError(InvalidInputError):
    """Something is to be made under a name that something has already."""


class NoConditionError(InvalidInputError):
    """A change does not say which state of a thing it is meant for."""


class NotAllowedError(ArukebaError):
    """Something is asked for by somebody who may not do it."""


class NotKnownError(NotAllowedError):
    """Something is asked for by somebody of whom nobody knows who it is: sign in first."""


class NotFoundError(ArukebaError, LookupError):
    """Something that was asked for by name does not exist."""


class GoneError(NotFoundError):
    """Something that was asked for was there, and has been replaced since."""


class BusyError(ArukebaError):
    """Somebody else works where only one can; later it may go well."""


class ChangedError(ArukebaError):
    """Somebody else has changed it since the caller looked; nothing was written."""


class QueueFullError(ArukebaError):
    """Too much work is waiting already; there is room when some of it is done."""


class StorageError(ArukebaError):
    """A disk, a folder or a database cannot be read or written; what lies there is whole."""


class DiskFullError(StorageError):
    """There is no room left on a disk."""


class BrokenWorkspaceError(ArukebaError):
    """A workspace is damaged or was made by another version."""


class BrokenModelError(ArukebaError):
    """A plan that the solver returned does not hold when it is recomputed."""
