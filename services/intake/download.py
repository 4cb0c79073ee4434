"""One file from the internet: in pieces, taken up again where it broke off, checked, then renamed."""

import hashlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

import requests

from geo.errors import InvalidInputError, Sentence

PART = ".part"
NOTE = ".part.json"
_CHUNK = 1 << 16
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_FULL, _PARTIAL, _BEYOND = 200, 206, 416


@dataclass(frozen=True)
class Patience:
    """How patient a download is, and what it accepts."""

    tries: int = 4
    wait_s: float = 1.0
    """Before the second try; doubled before each further one."""
    connect_s: float = 10.0
    read_s: float = 60.0
    redirects: int = 5


@dataclass(frozen=True)
class Expected:
    """What a file must be: its size in bytes (least and most), its SHA-256 and its first bytes."""

    bytes_min: int = 0
    bytes_max: int = 1 << 33
    sha256: str = ""
    magic: bytes = b""


class DownloadError(InvalidInputError):
    """A file could not be had; the sentence says why."""


class _Broken(Exception):  # noqa: N818  never leaves this module: the next try takes it up
    """The connection broke or the server was busy: worth another try."""


def download(url: str, target: Path, *, expected: Expected, rules: Patience | None = None) -> str:
    """
    Download one file and return its SHA-256; ``target`` appears whole or not at all.

    What was received stays beside it as .part, and a later call goes on from there.
    """
    rules = rules or Patience()
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + PART)
    with requests.Session() as session:
        session.max_redirects = rules.redirects
        session.headers["Accept-Encoding"] = "identity"
        reason = ""
        for number in range(max(rules.tries, 1)):
            if number:
                time.sleep(rules.wait_s * 2 ** (number - 1))
            try:
                _receive(session, url, part, expected=expected, rules=rules)
                break
            except _Broken as error:
                reason = str(error)
        else:
            raise DownloadError(
                "{url}: {reason}, after {tries} tries; try again later, it goes on where it "
                "stopped",
                url=url,
                reason=reason,
                tries=rules.tries,
            )
    found = _checked(url, part, expected=expected)
    part.replace(target)
    _forget(part)
    return found


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _receive(
    session: requests.Session, url: str, part: Path, *, expected: Expected, rules: Patience
) -> None:
    """Receive what is missing of a file; the whole of it where the server sends no pieces."""
    have = part.stat().st_size if part.is_file() else 0
    stamp = _stamp(part, url) if have else ""
    have = have if stamp else 0
    headers = {"Range": f"bytes={have}-", "If-Range": stamp} if have else {}
    try:
        with session.get(
            url, headers=headers, stream=True, timeout=(rules.connect_s, rules.read_s)
        ) as answer:
            _require_answer(answer, url)
            if answer.status_code == _BEYOND:
                _forget(part)
                part.unlink(missing_ok=True)
                msg = "the piece received before does not fit"
                raise _Broken(msg)
            going_on = answer.status_code == _PARTIAL and _starts_at(answer, have)
            length = int(answer.headers.get("Content-Length") or -1)
            start = have if going_on else 0
            whole = start + length if length >= 0 else -1
            _require_size(url, whole, expected)
            _remember(part, url, answer)
            with part.open("ab" if going_on else "wb") as file:
                size = start
                for chunk in answer.iter_content(_CHUNK):
                    size += len(chunk)
                    _require_size(url, size, expected)
                    file.write(chunk)
    except requests.exceptions.TooManyRedirects as error:
        raise _refused(url, Sentence("it is redirected in circles")) from error
    except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL) as error:
        raise _refused(url, Sentence("it is no address")) from error
    except (requests.RequestException, OSError) as error:
        raise _Broken(type(error).__name__) from error
    if whole >= 0 and size != whole:
        msg = f"the connection broke off at {size:,} of {whole:,} bytes"
        raise _Broken(msg)


def _require_answer(answer: requests.Response, url: str) -> None:
    """Say which answers are final; a page that moved from https to http is none."""
    code = answer.status_code
    if code in _RETRIED:
        msg = f"the server answered {code}"
        raise _Broken(msg)
    if code not in (_FULL, _PARTIAL, _BEYOND):
        raise _refused(
            url,
            Sentence("the server answered {code}; look whether the page has moved", code=code),
        )
    if url.startswith("https:") and not answer.url.startswith("https:"):
        raise _refused(url, Sentence("it leads to an unprotected address"))


def _refused(url: str, said: Sentence) -> DownloadError:
    return DownloadError("{url}: {said}", url=url, said=said)


def _require_size(url: str, size: int, expected: Expected) -> None:
    if size > expected.bytes_max:
        raise DownloadError(
            "{url}: {size:,} bytes or more, at most {bytes_max:,} were expected; look at "
            "the page, then correct bytes in the catalogue",
            url=url,
            size=size,
            bytes_max=expected.bytes_max,
        )


def _starts_at(answer: requests.Response, have: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")


def _checked(url: str, part: Path, *, expected: Expected) -> str:
    """Return the hash of what was received; what it must not be is thrown away."""
    size = part.stat().st_size
    with part.open("rb") as file:
        begin = file.read(len(expected.magic))
    found = sha256_of(part)
    problem = None
    if size < expected.bytes_min:
        problem = Sentence(
            "only {size:,} bytes, at least {bytes_min:,} were expected",
            size=size,
            bytes_min=expected.bytes_min,
        )
    elif begin != expected.magic:
        problem = Sentence("it is another kind of file, perhaps a page")
    elif expected.sha256 and found != expected.sha256:
        problem = Sentence(
            "its SHA-256 is {found}, {wanted} was expected", found=found, wanted=expected.sha256
        )
    if problem:
        part.unlink()
        _forget(part)
        raise DownloadError("{url}: {problem}; nothing was kept", url=url, problem=problem)
    return found


def _note_of(part: Path) -> Path:
    return part.with_name(part.name.removesuffix(PART) + NOTE)


def _remember(part: Path, url: str, answer: requests.Response) -> None:
    stamp = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
    note = {"url": url, "stamp": "" if stamp.startswith("W/") else stamp}
    _note_of(part).write_text(json.dumps(note), encoding="utf-8")


def _stamp(part: Path, url: str) -> str:
    """Return by what the server recognises the file of the piece, '' where that is not known."""
    try:
        note = json.loads(_note_of(part).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ""
    return str(note["stamp"]) if isinstance(note, dict) and note.get("url") == url else ""


def _forget(part: Path) -> None:
    _note_of(part).unlink(missing_ok=True)
