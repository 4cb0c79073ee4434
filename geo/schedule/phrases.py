"""
Phrases: the tokens of a typed timetable put together to statements of when.

A phrase is months, weeks, weekdays, a count, an interval: what stands together. Words that are none
of these are remarks, unless they have a letter of time in them: those are not understood.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from geo.schedule.closures import Closing
from geo.schedule.seasons import Season
from geo.schedule.timewords import Count, Span, Token

_EDGE = " \t\u3000、,・/:.〜~-–—−―‐ー;※|"
_PLAIN_UNKNOWN = "未定"
_ASIDE = "※た但な"
"""First letters of what sets a line apart as an aside: ※, ただし, 但し, なお."""

_TIME = re.compile(
    "[0-9]|曜|週|毎|隔|回(?!覧)|休(?!憩)|除|以外|のぞ|月[初末ごと額]|学期|日(?:程|時|ごと|数|により)|年(?:間|度|に|数)"
    "|時(?:期|季|間|々|折)|不|未|無|ない|なし|ません|異な|違|変わ|変更|中止|停止|場合|交互|交代|交替|順番|適宜|別"
    "|相談|程度|以前|以後|以降|以内|開始|終了|再開|廃|解散|閉|中断|延期|見合|奇数|偶数|旬|末|初め|はじめ"
    "|[春夏秋冬](?:[期季場は]|の間|$)|農[繁閑]期|祝|祭日|年末|年始|天気|晴|雨|雪|都合|同上|準じ|以下|おき|たまに|ときどき"
    "|翌|前[日週]|次[回週]|いつ|参照|または|又は|もしくは|only|except|every|week|month|day|biweekly|closed",
    re.IGNORECASE,
)
"""Letters of time, of negation and of change: a word that has one may change when a group meets."""
_NAME = re.compile(
    r".*(?:会館|公民館|集会[所室場]|センター|宅|館|ホール|プラザ|団地|神社|寺|公園|広場|校|店|園|荘|苑|室|町|丁目|地区"
    r"|カフェ|サロン|クラブ|教室|体操|の?会|さん|様|係|課|事務所|協議会|社協|ハウス|交流|コース|食堂|喫茶|の部|家|班|自治会)$"
)
_NEVER_IN_NAMES = re.compile("曜|毎|隔|休|除|以外|週|[0-9]回|ない|なし|ません|中止|未定|不定|不明")

DAILY_MIN_DAYS = 5
"""On so many weekdays a list is a daily one that may have days off."""


@dataclass(slots=True)
class Phrase:
    """One statement of when: what has been said of it so far."""

    weekdays: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()
    every: str = ""
    interval: int = 0
    every_months: int = 1
    count: Count | None = None
    standing: bool = False
    is_range: bool = False
    is_choice: bool = False
    is_about: bool = False
    is_event: bool = False
    overrides: bool = False
    in_bracket: bool = False
    has_contents: bool = False
    """Whether its brackets tell what is done: 第3火曜は茶話会."""
    is_only: bool = False
    segment: int = 0
    line: int = 0
    text: str = ""

    @property
    def is_bare(self) -> bool:
        """Say whether a weekday stands alone: it is weekly only by default."""
        said = self.every == "week" or self.weeks or self.interval or self.days or self.standing
        return bool(self.weekdays) and not said and self.count is None

    @property
    def has_days(self) -> bool:
        """Say whether it names days, weeks or an interval, and is no count alone."""
        return bool(self.weekdays or self.weeks or self.days or self.interval or self.standing)


@dataclass(slots=True)
class Scan:
    """What was found in one part."""

    phrases: list[Phrase] = field(default_factory=list)
    closings: list[tuple[Closing, int, bool]] = field(default_factory=list)
    """Each closing, how many phrases stood before it, and whether it is in brackets."""
    times: list[Span] = field(default_factory=list)
    seasons: list[Season] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)


def tidy(text: str) -> str:
    """Return a text without what stands at its edges: spaces, commas, dashes."""
    return re.sub(r"\s+", " ", text).strip(_EDGE)


def with_seasons(tokens: list[Token]) -> list[Token]:
    """
    Join a season with the months that it names: 夏期(4月〜9月), 冬期:11〜3月.

    Parameters
    ----------
    tokens
        What stands in the text, in its order.

    Returns
    -------
    The tokens, with one for a season and its months.
    """
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "season":
            n = at + 1
            while n < len(tokens) and tokens[n].kind in ("open", "colon"):
                n += 1
            if n < len(tokens) and tokens[n].kind == "months":
                closes = n + 1
                while closes < len(tokens) and tokens[closes].kind == "fill":
                    closes += 1
                opened = any(t.kind == "open" for t in tokens[at:n])
                if opened and closes < len(tokens) and tokens[closes].kind == "close":
                    end = closes + 1
                else:
                    end = n + 1
                if not opened or end == closes + 1:
                    text = "".join(t.text for t in tokens[at:end])
                    found.append(Token("season", text, (token.value, tokens[n].value), token.gap))
                    at = end
                    continue
            found.append(Token("season", token.text, token.value, token.gap))
        else:
            found.append(token)
        at += 1
    return found


def joined(tokens: Sequence[Token], *, tight: bool) -> list[Token]:
    """
    Join weekdays that are one list: 月・水, 月〜金, (月)(木); with commas and spaces if not ``tight``.

    Commas and spaces join only after closings have taken what is theirs.

    Parameters
    ----------
    tokens
        What stands in the text, in its order.
    tight
        Join what is joined by a sign of its own or by nothing.

    Returns
    -------
    The tokens, with one for each list of weekdays.
    """
    links = ("dot", "and", "slash", "to", "or") if tight else ("comma",)
    found: list[Token] = []
    for token in _without_brackets(tokens) if tight else tokens:
        if token.kind == "weekdays" and found:
            before = found[-1]
            if before.kind == "weekdays" and (not tight or not token.gap):
                found[-1] = _both(before, token, "")
                continue
            if before.kind in links and len(found) > 1 and found[-2].kind == "weekdays":
                found.pop()
                found[-1] = _both(found[-1], token, before.text, before.kind)
                continue
            if (
                before.kind == "fill"
                and before.text == "から"
                and len(found) > 1
                and found[-2].kind == "weekdays"
            ):
                found.pop()
                found[-1] = _both(found[-1], token, "から", "to")
                continue
        if token.kind == "weeks" and len(found) > 1 and found[-2].kind == "weeks":
            link = found[-1].kind
            if link in ("or", "comma", "dot", "slash", "and") and not (link == "comma" and tight):
                found.pop()
                before = found.pop()
                kind = ("choice",) if link == "or" or isinstance(before.value, tuple) else ()
                both = _days_of(before) | _days_of(token)
                value = (both, "choice") if kind else both
                found.append(Token("weeks", f"{before.text}・{token.text}", value, before.gap))
                continue
        found.append(token)
    return found


def _without_brackets(tokens: Sequence[Token]) -> list[Token]:
    """Take the brackets off a weekday or its weeks that stand alone in them: (月), (第1・3)(木)."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        three = tokens[at : at + 3]
        if [token.kind for token in three] == ["open", "weekdays", "close"]:
            after_date = bool(found) and found[-1].kind == "date"
            if not after_date:
                glued = bool(found) and found[-1].kind == "weekdays"
                found.append(replace(three[1], gap=three[0].gap and not glued))
            at += 3
            continue
        found.append(tokens[at])
        at += 1
    return found


def _both(one: Token, other: Token, between: str, link: str = "") -> Token:
    days = _days_of(one)
    more = _days_of(other)
    marks = set(one.value[1:]) if isinstance(one.value, tuple) else set()
    marks |= set(other.value[1:]) if isinstance(other.value, tuple) else set()
    if link == "to":
        start, end = _last_letter(one.text), min(more, default=0)
        if len(more) == 1 and start is not None:
            days |= {(start + n) % 7 for n in range((end - start) % 7 + 1)}
            marks |= {"range"}
    if link == "or":
        marks |= {"choice"}
    value = (days | more, *sorted(marks)) if marks else days | more
    return Token("weekdays", one.text + between + other.text, value, one.gap)


def _last_letter(text: str) -> int | None:
    letters = re.findall("[月火水木金土日]", re.sub("曜日?", "", text))
    return "月火水木金土日".index(letters[-1]) if letters else None


def _days_of(token: Token) -> frozenset[int]:
    """Return the weekdays or weeks of a token, without the marks of a list."""
    found: frozenset[int] = token.value[0] if isinstance(token.value, tuple) else token.value
    return found


def _is_choice(token: Token) -> bool:
    return isinstance(token.value, tuple) and "choice" in token.value


_SILENT = frozenset(
    (
        "open",
        "close",
        "fill",
        "head",
        "colon",
        "sign",
        "comma",
        "dot",
        "slash",
        "and",
        "line",
        "enum",
        "only",
    )
)
_WHEN = frozenset(
    (
        *("weekdays", "weeks", "every_week", "every_month", "days_of_week", "count", "interval"),
        *("every_months", "days", "standing", "month_part", "approximate"),
    )
)


class PhraseReader:
    """Puts the tokens of one part together, from left to right."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.found = Scan()
        self.phrase: Phrase | None = None
        self.months: frozenset[int] = frozenset()
        self.overrides = False
        self.about = False
        self.depth = 0
        self.segment = 0
        self.enum = 0
        self.at = 0
        self.continues = False
        self.noted = -2
        """The last token that went into a remark; what stands right behind it belongs to it."""
        self.aside: tuple[int, int] | None = None
        """Where ※ or ただし began, and after how many phrases: what follows is as in brackets."""
        self.line = 0
        self.months_wait = False
        """Whether months that were said still wait for a phrase."""
        self.bracket = (0, 0)
        """Where the brackets opened, and after how many phrases."""

    def read(self) -> Scan:
        """Read all tokens; each kind has a method of its name."""
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            getattr(self, f"_{token.kind}", self._ignore)(token)
            self.at += 1
        self._end_aside()
        return self.found

    # -- helpers

    def _ignore(self, _: Token) -> None:
        """Pass what says nothing: particles, signs."""

    def _unread(self, token: Token) -> None:
        self.found.unread.append(token.text)

    def _next(
        self, *, skip: frozenset[str] = _SILENT, stop: frozenset[str] = frozenset()
    ) -> Token | None:
        for token in self.tokens[self.at + 1 :]:
            if token.kind in stop:
                return None
            if token.kind not in skip:
                return token
        return None

    def _right_behind(self) -> Token | None:
        following = self.tokens[self.at + 1 : self.at + 2]
        return following[0] if following else None

    def _is_before(self, *kinds: str) -> bool:
        """Say whether a token of a kind comes next, brackets and particles apart."""
        stop = frozenset(("close",)) if self._is_behind_a_day() else frozenset[str]()
        skip = frozenset(("open", "close", "fill", "only", "sign")) - stop
        token = self._next(skip=skip, stop=stop)
        return token is not None and token.kind in kinds

    def _is_behind_a_day(self) -> bool:
        """Say whether brackets that are open stand right behind a weekday: 火曜（隔週）."""
        opened = self.bracket[0]
        close_by = self.depth > 0 and opened > 0 and not self.tokens[opened].gap
        return close_by and self.tokens[opened - 1].kind in ("weekdays", "span")

    def _new(self, token: Token) -> Phrase:
        phrase = Phrase(
            months=self.months,
            overrides=self.overrides,
            is_about=self.about,
            in_bracket=self._is_aside(),
            segment=self.segment,
            line=self.line,
            text=token.text,
        )
        self.about = self.months_wait = False
        self.found.phrases.append(phrase)
        self.phrase = phrase
        return phrase

    def _open_phrase(self, token: Token, *, every: tuple[str, ...] = ("", "month")) -> Phrase:
        """Return the phrase that is still without days, a new one where there is none."""
        phrase = self.phrase
        if phrase is None or phrase.has_days or phrase.count or phrase.every not in every:
            return self._new(token)
        phrase.text += token.text
        return phrase

    def _note_piece(self, token: Token) -> None:
        notes = self.found.notes
        if (self.noted == self.at - 1 or self.continues) and notes:
            notes[-1] += (" " if token.gap else "") + token.text
        else:
            notes.append(token.text)
        self.continues, self.noted = False, self.at

    # -- separators

    def _open(self, _: Token) -> None:
        self.depth += 1
        self.bracket = (self.at, len(self.found.phrases))

    def _close(self, _: Token) -> None:
        self.depth = max(0, self.depth - 1)
        self._weigh_inside(*self.bracket)
        if self.depth == 0 and self.overrides:
            self.months, self.overrides = frozenset(), False

    def _weigh_inside(self, opened: int, phrases_n: int) -> None:
        """Tell the phrases of brackets whether these tell what is done, and whether they restrict."""
        inside = {each.kind for each in self.tokens[opened : self.at]}
        for phrase in self.found.phrases[phrases_n:]:
            phrase.has_contents = bool(inside & {"word", "note", "half_day", "span"})
            phrase.is_only = "only" in inside

    def _is_aside(self) -> bool:
        return self.depth > 0 or self.aside is not None

    def _end_aside(self) -> None:
        if self.aside is not None:
            self._weigh_inside(*self.aside)
        self.aside = None

    def _line(self, token: Token) -> None:
        self._end_aside()
        self.line += 1
        if token.text[0] in _ASIDE and self.found.phrases:
            self.aside = (self.at, len(self.found.phrases))
        if not self.months_wait:
            self.months, self.overrides = frozenset(), False

    def _enum(self, token: Token) -> None:
        self.enum += 1
        if token.value != self.enum or self._is_adjacent_enum():
            self.found.unread.append(f"({token.value})")
        self._line(token)
        self.phrase = None

    def _is_adjacent_enum(self) -> bool:
        following = self._right_behind()
        return following is not None and following.kind in ("enum", "dot", "comma")

    def _to(self, token: Token) -> None:
        before = self.tokens[self.at - 1] if self.at else None
        following = self._right_behind()
        kinds = _WHEN | {"months", "date"}
        if not (before and following and before.kind in kinds):
            return
        if following.kind in kinds or (following.kind == "word" and not following.gap):
            self.found.unread.append(f"{before.text}{token.text}{following.text}")

    # -- words

    def _word(self, token: Token) -> None:
        if may_matter(tidy(token.text)):
            self.found.unread.append(token.text)
            return
        self._note_piece(token)
        if not self.depth:
            self.segment += 1
            if self.phrase is not None and self.phrase.has_days:
                self.phrase = None

    def _note(self, token: Token) -> None:
        if token.value == "name" and may_matter(re.sub("^[月火水木金土日]+曜日?", "", token.text)):
            self.found.unread.append(token.text)
        else:
            self._note_piece(token)

    _half_day = _note
    _ask = _note

    def _unknown(self, token: Token) -> None:
        self.found.unknown.append(token.text)
        if token.text != _PLAIN_UNKNOWN:
            self._note_piece(token)

    _elsewhere = _unknown

    def _holiday(self, token: Token) -> None:
        following = self._right_behind()
        if following is not None and following.kind == "fill" and following.text.startswith("も"):
            self.found.notes.append(f"{token.text}も開催")
        elif self._is_right_after_days(token):
            # 土日祝: open on holidays as well.
            self.found.notes.append(f"{token.text}も開催")
        else:
            self.found.notes.append(token.text)

    def _is_right_after_days(self, token: Token) -> bool:
        before = [each.kind for each in self.tokens[max(0, self.at - 2) : self.at]]
        linked = before[-2:-1] == ["weekdays"] and before[-1] in ("dot", "comma", "and", "slash")
        return linked or (before[-1:] == ["weekdays"] and not token.gap)

    def _date(self, token: Token) -> None:
        following = self._right_behind()
        starts = following is not None and following.text in ("から", "より", "開始", "スタート")
        kept = self.found.notes if starts else self.found.dates
        kept.append(token.text + (following.text if starts and following else ""))

    def _season(self, token: Token) -> None:
        name, months = token.value if isinstance(token.value, tuple) else (token.value, frozenset())
        times = self._spans_ahead()
        if times:
            self.found.seasons.append(Season(f"{name}期", times, months))
        elif self._takes_times_behind():
            self.found.seasons.append(Season(f"{name}期", (self.found.times.pop(),), months))
        elif months:
            self._months(replace(token, value=months))
        else:
            self.found.unread.append(token.text)

    def _takes_times_behind(self) -> bool:
        """Say whether a season stands in brackets behind its hours: 9:00〜11:00(夏期)."""
        before = [token.kind for token in self.tokens[max(0, self.at - 2) : self.at]]
        following = self._right_behind()
        closes = following is not None and following.kind == "close"
        return before == ["span", "open"] and closes and bool(self.found.times)

    def _spans_ahead(self) -> tuple[Span, ...]:
        """Take the spans that follow, hours of a season; they are no hours of the year."""
        times: list[Span] = []
        tokens = list(self.tokens)
        n = self.at + 1
        while n < len(tokens) and tokens[n].kind in ("fill", "colon", "head", "sign"):
            n += 1
        while n < len(tokens) and tokens[n].kind == "span":
            times.append(tokens[n].value)
            tokens[n] = Token("sign", tokens[n].text)
            more = n + 1
            while more < len(tokens) and tokens[more].kind in ("comma", "dot", "slash"):
                more += 1
            if more < len(tokens) and tokens[more].kind == "span":
                n = more
        self.tokens = tokens
        return tuple(times)

    def _span(self, token: Token) -> None:
        if self.tokens[self.at].kind == "span":
            self.found.times.append(token.value)

    # -- closings

    def _closing(self, token: Token) -> None:
        closing: Closing = token.value
        self.found.notes += closing.remarks
        self.found.unread += closing.unread
        before = len(self.found.phrases)
        if closing.shuts:
            self.found.closings.append((closing, before, self.depth > 0))

    # -- when

    def _approximate(self, _: Token) -> None:
        phrase = self.phrase
        if phrase is not None and not phrase.has_days and phrase.count is None:
            phrase.is_about = True
        else:
            self.about = True

    def _month_part(self, token: Token) -> None:
        phrase = self.phrase
        if phrase is not None and phrase.every == "month" and not phrase.has_days:
            phrase.count = Count("month", 1, 1)
            phrase.text += token.text
        else:
            self.found.unread.append(token.text)

    def _months(self, token: Token) -> None:
        single = len(token.value) == 1
        after = self._right_behind()
        particle = after.text if after is not None and after.kind == "fill" else ""
        if single and particle == "まで":
            self.found.unread.append(token.text + particle)
            return
        if single and particle in ("から", "より"):
            self.found.notes.append(token.text + particle)
            return
        times = self._spans_ahead()
        if times:
            self.found.seasons.append(Season("", times, token.value))
            return
        if self._is_of_contents():
            self.found.notes.append(token.text + particle)
            self.continues = True
            return
        behind = [phrase for phrase in self.found.phrases if not phrase.months]
        stop = frozenset(("close",)) if self.depth else frozenset(("line", "close", "months"))
        skip = _SILENT - stop
        leads = self._next(skip=skip, stop=stop)
        if leads is not None and leads.kind in _WHEN:
            self.months = token.value
            self.overrides = bool(behind) and (self._is_aside() or particle == "は")
            self.phrase, self.months_wait = None, True
            return
        if not behind:
            self.months, self.months_wait = token.value, True
            if self.phrase is not None:
                self.phrase.months = token.value
            return
        segment = behind[-1].segment
        for phrase in behind:
            if phrase.segment == segment:
                phrase.months = token.value

    def _is_of_contents(self) -> bool:
        """Say whether months tell what is done in them, and nothing of when: 偶数月は体操."""
        ends = frozenset(("line", "close", "months", "comma"))
        words = [
            token
            for token in takewhile(lambda each: each.kind not in ends, self.tokens[self.at + 1 :])
            if token.kind not in ("fill", "sign")
        ]
        told = bool(words) and words[0].kind in ("word", "note")
        matters = any(token.kind == "word" and may_matter(tidy(token.text)) for token in words)
        return told and not matters and not any(token.kind in _WHEN for token in words)

    def _every_week(self, token: Token) -> None:
        phrase = self.phrase
        follows = self._is_before("weekdays")
        if phrase is not None and phrase.is_bare and not follows:
            phrase.every = "week"
            return
        if phrase is not None and phrase.has_days and not follows and not self._is_before("weeks"):
            self.found.unread.append(phrase.text + token.text)
            return
        self._open_phrase(token, every=("",)).every = "week"

    def _every_month(self, token: Token) -> None:
        phrase = self.phrase
        following = self._right_behind()
        if token.text.endswith("の") and following and following.kind in ("word", "ask"):
            # 毎月の予定表 says how often something else comes.
            self.found.unread.append(token.text + following.text)
            return
        if phrase is not None and not phrase.has_days and phrase.count is None and not phrase.every:
            phrase.every = "month"
            return
        self._new(token).every = "month"

    def _days_of_week(self, token: Token) -> None:
        phrase = self.phrase
        if phrase is not None and phrase.is_range and not self._has_separator():
            phrase.weekdays &= token.value
            return
        phrase = self._open_phrase(token, every=("", "week", "month"))
        phrase.weekdays, phrase.every, phrase.is_range = token.value, "week", True

    def _has_separator(self) -> bool:
        before = self.tokens[self.at - 1] if self.at else None
        return before is not None and before.kind in ("comma", "and", "dot", "slash")

    def _standing(self, token: Token) -> None:
        self._open_phrase(token).standing = True

    def _interval(self, token: Token) -> None:
        phrase = self.phrase
        if self._is_before("weekdays", "weeks"):
            self._open_phrase(token).interval = token.value
            return
        if phrase is None or phrase.interval or phrase.days or phrase.count:
            self._new(token).interval = token.value
        elif (
            phrase.every == "week"
            or phrase.standing
            or (self._is_aside() and len(phrase.weekdays) > 1)
        ):
            self.found.unread.append(phrase.text + token.text)
        elif phrase.weeks:
            self._require_fortnight(phrase, token.value, phrase.weeks, token)
        else:
            phrase.interval = token.value
            phrase.text += token.text

    def _require_fortnight(
        self, phrase: Phrase, interval: int, weeks: frozenset[int], token: Token
    ) -> None:
        apart = 7 * min(
            (b - a for a, b in zip(sorted(weeks), sorted(weeks)[1:], strict=False)), default=7
        )
        if interval % 7 or apart < min(interval, 14):
            self.found.unread.append(phrase.text + token.text)

    def _every_months(self, token: Token) -> None:
        if (
            self.phrase is not None
            and self.phrase.every_months == 1
            and not self._is_before(*_WHEN)
        ):
            if self.phrase.count is None or self._agrees_with_year(self.phrase.count, token.value):
                if self.phrase.count is None:
                    self.phrase.every_months = token.value
                return
            self.found.unread.append(self.phrase.text + token.text)
            return
        self._new(token).every_months = token.value

    def _agrees_with_year(self, count: Count, months: int) -> bool:
        return count.unit == "year" and count.least <= 12 // months <= count.most

    def _weeks(self, token: Token) -> None:
        phrase, weeks = self.phrase, _days_of(token)
        before = self.tokens[self.at - 1] if self.at else None
        if before is not None and before.text == "月" and self._is_before("weekdays"):
            # 月 第2火曜 may be Mondays, or every month.
            self.found.unread.append(f"月{token.text}")
        after = self._right_behind()
        if after is not None and after.kind == "fill" and after.text in ("から", "より"):
            self.found.unread.append(token.text + after.text)
            return
        restricts = self._is_before_only()
        alone_in_bracket = self._is_alone_in_bracket()
        qualifies = (
            phrase is not None and not phrase.weeks and not phrase.days and phrase.count is None
        )
        leads = self._is_before("weekdays") and not alone_in_bracket
        if phrase is not None and phrase.interval and qualifies and not (phrase.weekdays and leads):
            self._require_fortnight(phrase, phrase.interval, weeks, token)
            phrase.interval, phrase.weeks = 0, weeks
        elif phrase is not None and qualifies and phrase.weekdays and not leads:
            if phrase.every == "week" and not restricts:
                self.found.unread.append(phrase.text + token.text)
            phrase.every, phrase.weeks = "", weeks
        elif phrase is not None and qualifies and not phrase.has_days:
            phrase.weeks = weeks
            if phrase.every == "week":
                self.found.unread.append(phrase.text + token.text)
        else:
            phrase = self._new(token)
            phrase.weeks = weeks
        phrase.is_choice = phrase.is_choice or _is_choice(token)
        phrase.text += "" if phrase.text.endswith(token.text) else token.text

    def _is_before_only(self) -> bool:
        following = self._right_behind()
        return following is not None and following.kind == "only"

    def _is_alone_in_bracket(self) -> bool:
        before = self.tokens[self.at - 1] if self.at else None
        n = self.at + 1
        while n < len(self.tokens) and self.tokens[n].kind in ("only", "fill"):
            n += 1
        closes = n < len(self.tokens) and self.tokens[n].kind == "close"
        return before is not None and before.kind == "open" and closes

    def _weekdays(self, token: Token) -> None:
        phrase = self.phrase
        marks = token.value[1:] if isinstance(token.value, tuple) else ()
        days = _days_of(token)
        if phrase is not None and phrase.days:
            # 毎月5日（日）: the weekday of a date, or a further day.
            self.found.unread.append(phrase.text + token.text)
        if (
            phrase is not None
            and not phrase.weekdays
            and not phrase.standing
            and phrase.count is None
        ):
            phrase.text += token.text
        else:
            if phrase is not None and phrase.weeks and phrase.line != self.line:
                # 第1水曜 and, on the next line, 木曜: of every week or of the first.
                self.found.unread.append(token.text)
            phrase = self._new(token)
        phrase.weekdays = days
        phrase.is_range = phrase.is_range or "range" in marks or len(days) >= DAILY_MIN_DAYS
        phrase.is_choice = phrase.is_choice or "choice" in marks

    def _days(self, token: Token) -> None:
        phrase = self._open_phrase(token)
        phrase.days |= token.value

    def _among(self, token: Token) -> None:
        if self.phrase is not None and self.phrase.weekdays:
            self.phrase.is_choice, self.phrase.every = True, ""
        else:
            self.found.unread.append(token.text)

    def _or(self, token: Token) -> None:
        self.found.unread.append(token.text)

    def _count(self, token: Token) -> None:
        following = self._right_behind()
        event = following is not None and following.kind == "word" and not following.gap
        if following is not None and following.kind == "fill" and following.text == "は":
            then = self.tokens[self.at + 2 : self.at + 3]
            event = bool(then) and then[0].kind in ("word", "note")
        phrase = self.phrase
        if phrase is not None and phrase.every == "week" and not phrase.has_days:
            self.found.unread.append(phrase.text + token.text)
        phrase = self._open_phrase(token)
        phrase.count, phrase.is_event = token.value, event
        phrase.is_about = phrase.is_about or token.value.is_about


def may_matter(word: str) -> bool:
    """Say whether a word that is not understood may change when a group meets."""
    if not _TIME.search(word):
        return word.strip("月火水木金土日") == ""
    return not _NAME.match(word) or _NEVER_IN_NAMES.search(word) is not None
