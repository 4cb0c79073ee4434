"""
What a closing word governs: 「第2週を除く」, 「8月は休み」, 「【休館日】月曜日」.

A word that leads, with a colon, a bracket or a space behind it, governs what follows; any other the days
right before it. Public holidays, 盆 and single dates take no session away: they stay a remark.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from geo.schedule.meeting import EVERY_WEEK
from geo.schedule.timewords import Count, Token, months_of_dates

SNOW = frozenset({12, 1, 2, 3})
HEAT = frozenset({6, 7, 8, 9})
"""Months of 冬期休止 and of 夏期休止 where a text does not say them: the widest that is meant."""

_GOVERNED = frozenset(
    ("weekdays", "weeks", "holiday", "months", "date", "season", "every_month", "every_week")
)
_LINKS = frozenset(("dot", "and", "slash"))
_PARTICLES = frozenset(("fill", "colon", "only"))
_FROM = frozenset(("から", "より", "まで"))
_WEEKEND = frozenset({5, 6})
_TIES = frozenset(("every_week", "every_month", "weeks", "interval", "count", "months"))


@dataclass(frozen=True, slots=True)
class Shut:
    """
    One closing: in ``months`` (none: all), in ``weeks`` (none: all), on ``weekdays`` (none: all).

    ``sometimes`` is how many sessions a month fall out where nobody says which.
    """

    months: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    sometimes: int = 0
    is_assumed: bool = False
    on_holidays: bool = False
    """Whether a holiday stands beside the weekday: 月曜祝日 is a Monday that is a holiday."""


@dataclass(slots=True)
class Closing:
    """What one closing word takes away, and what it leaves as a remark or as not understood."""

    text: str = ""
    shuts: list[Shut] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    leads: bool = False
    """Whether it concerns what follows alone: 第2以外の木曜日."""


def with_closings(tokens: Sequence[Token]) -> list[Token]:
    """
    Return the tokens with each closing word and what it governs as one token ``closing``.

    Parameters
    ----------
    tokens
        Tokens of one part.

    Returns
    -------
    The tokens; the value of a ``closing`` is a ``Closing``.
    """
    found = list(tokens)
    at = 0
    while at < len(found):
        if found[at].kind == "off":
            first, last, governed = _governed(found, at)
            text = "".join(token.text for token in found[first:last])
            closing = _closing(governed, found[at], text, found[last:])
            if governed and first < at and _may_go_on(found, first):
                closing.unread.append(text)
            found[first:last] = [Token("closing", text, closing, found[first].gap)]
            at = first
        at += 1
    return found


def _governed(tokens: list[Token], at: int) -> tuple[int, int, list[Token]]:
    """Return the first and one past the last token of a closing at ``at``, and what it governs."""
    tight = _behind(tokens, at, spaces=False)
    may_lead = bool(tokens[at].value)
    if tight < at and not (may_lead and _is_led(tokens, at)):
        return tight, at + 1, tokens[tight:at]
    if may_lead:
        first, last = _ahead(tokens, at)
        if last > first:
            return at, last, tokens[first:last]
    loose = _behind(tokens, at, spaces=True)
    if loose < at:
        return loose, at + 1, tokens[loose:at]
    if tokens[at].text.startswith("除"):
        first, last = _ahead(tokens, at)
        if last > first:
            return at, last, tokens[first:last]
    if at and tokens[at - 1].kind == "count":
        return at - 1, at + 1, tokens[at - 1 : at]
    return at, at + 1, []


def _is_led(tokens: list[Token], at: int) -> bool:
    """Say whether a colon stands right behind a closing word, or closes its bracket there."""
    following = tokens[at + 1 : at + 2]
    in_bracket = at > 0 and tokens[at - 1].kind == "open"
    return bool(following) and (
        following[0].kind == "colon" or (in_bracket and following[0].kind == "close")
    )


def _behind(tokens: list[Token], at: int, *, spaces: bool) -> int:
    """Return the first token of what stands right before a closing word."""
    if tokens[at].gap and not spaces:
        return at
    first, n = at, at - 1
    while n >= 0 and tokens[n].kind in _PARTICLES:
        n -= 1
    if n >= 0 and tokens[n].kind == "count":
        return n
    while n >= 0:
        if tokens[n].kind == "close":
            opened = _opening(tokens, n)
            if opened is None:
                break
            n = opened - 1
        elif tokens[n].kind in _GOVERNED:
            first = n
            if tokens[n].gap:
                break
            n -= 1
        elif n > 0 and first == n + 1 and _links(tokens, n):
            n -= 1
        else:
            break
    return first


def _links(tokens: list[Token], n: int) -> bool:
    """Say whether a token joins what stands before it to what is closed behind it."""
    before, token = tokens[n - 1], tokens[n]
    if before.kind not in _GOVERNED:
        return False
    if token.kind == "fill":
        return token.text.startswith("の") or before.kind == "months"
    return token.kind in _LINKS or (token.kind == "comma" and _is_one_list(tokens, n))


def _is_one_list(tokens: list[Token], comma: int) -> bool:
    """Say whether a comma before a closing joins what is closed: in brackets, months, week by week."""
    before, after = tokens[comma - 1], tokens[comma + 1]
    if {before.kind, after.kind} <= {"months", "date", "holiday"}:
        return True
    depth = 0
    for token in reversed(tokens[:comma]):
        if token.kind == "close":
            depth += 1
        elif token.kind == "open":
            if depth == 0:
                return True
            depth -= 1
    return False


def _may_go_on(tokens: list[Token], first: int) -> bool:
    """
    Say whether what is closed may begin further in front: 「日曜、祝日は休み」, 「第1火曜 第3火曜 休み」.

    A single weekday with nothing to tie it to a meeting, or the same form once more, before a comma
    or a space: it may be open or shut. So may Saturday and Sunday.
    """
    n = first - 1
    if n > 0 and tokens[n].kind == "line" and tokens[n].text == "\n":
        before = tokens[n - 1]
        return (
            before.kind == "weekdays"
            and not isinstance(before.value, tuple)
            and before.value <= _WEEKEND
        )
    if n >= 0 and tokens[n].kind == "comma":
        n -= 1
        by_comma = True
    elif tokens[first].gap:
        by_comma = False
    else:
        return False
    if n < 0 or tokens[n].kind != "weekdays":
        return False
    tied = n > 0 and tokens[n - 1].kind in _TIES
    if tied:
        return tokens[n - 1].kind == tokens[first].kind == "weeks"
    days = tokens[n].value
    if isinstance(days, tuple):
        return False
    return days <= _WEEKEND or (len(days) == 1 and (by_comma or "曜" not in tokens[n].text))


def _opening(tokens: list[Token], close: int) -> int | None:
    """Return where brackets open that hold nothing but what can be closed: 年末年始（12/29〜1/3）."""
    for n in range(close - 1, -1, -1):
        if tokens[n].kind == "open":
            return n
        if tokens[n].kind not in _GOVERNED | _LINKS | {"comma", "to"}:
            return None
    return None


def _ahead(tokens: list[Token], at: int) -> tuple[int, int]:
    """Return the first and one past the last token of what follows a leading closing word."""
    n = at + 1
    if n < len(tokens) and tokens[n].kind == "close":
        n += 1
    while n < len(tokens) and tokens[n].kind in _PARTICLES:
        n += 1
    first = last = n
    while n < len(tokens):
        token = tokens[n]
        if token.kind in _GOVERNED | {"days_of_week"}:
            last = n = n + 1
        elif token.kind in _LINKS | {"comma"} or (token.kind == "fill" and token.text == "の"):
            n += 1
        elif token.kind == "open" and first < n and _explains(tokens, n):
            while tokens[n].kind != "close":
                n += 1
            last = n = n + 1
        else:
            break
    return first, last


def _explains(tokens: list[Token], opened: int) -> bool:
    """Say whether brackets in a list of closings tell their dates: 年末年始（12/29〜1/3）."""
    inside = tokens[opened + 1 : opened + 2]
    closes = any(token.kind == "close" for token in tokens[opened:])
    return closes and bool(inside) and inside[0].kind in {"date", "holiday", "note"}


def _closing(governed: list[Token], word: Token, text: str, rest: list[Token]) -> Closing:
    text = re.sub("[()]", " ", text).strip()
    closing = Closing(text)
    if not governed:
        closing.unread.append(text)
        return closing
    if any(token.kind == "fill" and token.text in _FROM for token in governed):
        # 8月より休止 does not meet any more.
        closing.unread.append(text)
        return closing
    closing.leads = [token.text for token in rest[:1]] == ["の"]
    if closing.leads and governed[0].kind == "weekdays" and governed[-1].kind == "weeks":
        # 火曜日と第2以外の木曜日: the Tuesdays may be meant, or not.
        closing.unread.append(text)
        return closing
    opens_otherwise = [token.kind for token in rest[:2]]
    if word.text == "以外" and opens_otherwise[:1] == ["fill"] and opens_otherwise[1:] == ["word"]:
        closing.unread.append(text)
        return closing
    for shut in _shuts(governed):
        if isinstance(shut, str):
            closing.remarks.append(shut)
        else:
            closing.shuts.append(shut)
    return closing


def _shuts(governed: list[Token]) -> Iterator[Shut | str]:
    """Yield each closing of a list, and the names of holidays and dates, which take nothing away."""
    listed = [token for token in governed if token.kind != "fill"]
    has_months = any(token.kind == "months" for token in listed)
    open_one = Shut()
    for n, token in enumerate(listed):
        following = listed[n + 1].kind if n + 1 < len(listed) else ""
        if token.kind in _PARTS:
            said = {token.kind: token.value} if token.kind in _SAID else {}
            joined = replace(open_one, **said)
            goes_on = following in _PARTS[token.kind]
            open_one = joined if goes_on else Shut()
            if not goes_on and joined != Shut():
                yield replace(joined, on_holidays=following == "holiday")
        elif token.kind in _ALONE and not (token.kind == "season" and has_months):
            yield _ALONE[token.kind](token)


def _sometimes(token: Token) -> Shut:
    count: Count = token.value
    return Shut(sometimes=count.most if count.unit == "month" else len(EVERY_WEEK))


def _in_season(token: Token) -> Shut:
    if isinstance(token.value, tuple):
        return Shut(token.value[1])
    return Shut(SNOW if token.value == "冬" else HEAT, is_assumed=True)


def _on_holiday(token: Token) -> str:
    return f"{token.text}は休み" if token.text.endswith("休み") else f"{token.text}休み"


def _on_dates(token: Token) -> Shut | str:
    months = months_of_dates(token.text)
    return Shut(months) if months else f"{token.text}休み"


_PARTS = {
    "months": ("weeks", "weekdays", "every_week", "every_month"),
    "every_week": ("weekdays",),
    "every_month": ("weeks", "weekdays"),
    "weeks": ("weekdays",),
    "weekdays": (),
}
"""What closing is made of, and what each part may be followed by: 8月の第2火曜."""
_SAID = frozenset(("months", "weeks", "weekdays"))
_ALONE: dict[str, Callable[[Token], Shut | str]] = {
    "days_of_week": lambda token: Shut(weekdays=token.value),
    "count": _sometimes,
    "season": _in_season,
    "holiday": _on_holiday,
    "date": _on_dates,
}


def remaining(shut: Shut, weeks: frozenset[int], last: int) -> frozenset[int]:
    """
    Return the weeks of a rule that a closing leaves; the last week may be the fourth or the fifth.

    Parameters
    ----------
    shut
        What a closing takes away; without weeks all of them.
    weeks
        Weeks of the month in which the rule meets, 1 to 5 or ``last``.
    last
        The number that stands for the last week.

    Returns
    -------
    The weeks that are left.
    """
    gone = shut.weeks or EVERY_WEEK | {last}
    if last in gone:
        gone |= {4, 5}
    if gone & {4, 5} and last in weeks:
        gone |= {last}
    return weeks - gone
