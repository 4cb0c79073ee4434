"""
The words of timetables: a typed text cut into tokens of known meaning, and all else as words.

A token is read where it stands: 日 is Sunday in 「土・日」, a date in 「5日」, and a letter of a name in
「日吉会館」. What a token means together with its neighbours is the grammar's, ``geo.schedule.timetable``.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from geo.schedule.meeting import EVERY_DAY, LAST, WEEKDAYS

Span = tuple[int, int | None]
"""Start and end, minutes after midnight."""

HOUR_MIN = 60
NOON_MIN = 12 * HOUR_MIN
DAY_MIN = 24 * HOUR_MIN
MONTHS_PER_YEAR = 12
SHORT_DAYS = 16
"""So many days of holidays take no month away."""

GLUE = r"[・,、.\s/&と及び]"
TO = r"(?:〜|~|-|ー|–|—|−|―|‐|→|から)"
MONTH = r"(?:1[0-2]|0?[1-9])"
DATE = r"(?:3[01]|[12][0-9]|0?[1-9])"
COUNT = r"(?:[0-9]{1,3}|[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九]|イチ)"
_NUMERALS = {numeral: n for n, numeral in enumerate("一二三四五六七八九", start=1)}

_NOT_NTH = "[0-9:回度時人名室階]|か月"
_NTH = (
    rf"(?:最終|最後の?|ラスト|第\s*[1-5一二三四五](?!{_NOT_NTH}|日[0-9])|[1-5一二三四五](?!{_NOT_NTH}|日(?!曜)))"
    r"\s*(?:週目?(?!間|に[0-9一]|ごと|おき|毎))?"
)
NTHS = rf"{_NTH}(?:(?:\s*(?:[・,、./&と及び]|{TO})\s*)+{_NTH}|\s*(?=第|最)(?:{_NTH}))*"

_CLOCK = (
    r"(?:(?:午前|午後|AM|PM)\s*)?(?:[0-9]{1,2}(?::[0-9]{2}|時(?!間)(?:[0-9]{1,2}分|半)?)"
    r"|[0-9]{1,2}\.[0-5][0-9](?![0-9])|[0-9]{1,2}(?=\s?[AP]M))(?:\s*(?:AM|PM))?"
)
SPAN = re.compile(
    rf"(?<![0-9])(?<![0-9]:)(?:(?P<start>{_CLOCK})|(?P<hour>(?:午前|午後)?\s*[0-9]{{1,2}})(?=\s*{TO}\s*[0-9]+時))"
    rf"(?:頃|ごろ|開始|スタート)?(?:\s*(?:{TO}|より)\s*(?P<end>{_CLOCK})?)?(?:頃|ごろ)?(?:まで)?",
    re.IGNORECASE,
)

_WORD_CHAR = re.compile(r"[\w々〆ヶー○]")
_TO_RE = re.compile(TO)
_ENUM_FIRST = 0xE000
_ENUM = "[\ue001-\ue014]"

_SPELLINGS: tuple[tuple[str, str], ...] = (
    (r"\r\n?|<br\s*/?>|\(改行\)", "\n"),
    (r"[\[【〔「『〈《<{]", "("),
    (r"[\]】〕」』〉》>}]", ")"),
    (r"[^\S\n]+", " "),
    (r"まいしゅう", "毎週"),
    (r"まいつき", "毎月"),
    (r"毎 週", "毎週"),
    (r"毎 月", "毎月"),
    (rf"([{WEEKDAYS}]) ?よう(?:び|日)?", r"\1曜"),
    (rf"([{WEEKDAYS}]) 曜", r"\1曜"),
    (r"曜 日(?! ?[曜・、,])", "曜日"),
    (r"第 (?=[0-9一二三四五])", "第"),
    (r"(?<=[0-9]) (?=回|時(?!間))", ""),
    (r"[·‧∙•]", "・"),
    (r"(?:お昼の?)?正午", "12時"),
    (r"(?:朝|早朝)(?=[0-9]{1,2}(?:時|:))", "午前"),
    (r"(?:夜|夕方|夕)(?=[0-9]{1,2}(?:時|:))", "午後"),
    (r"[ヶケカヵ箇ヵ](?=月)", "か"),
)

_ENGLISH: tuple[tuple[str, str], ...] = (
    (
        r"\b(?:closed|except|excluding|no sessions?)(?: for)?(?: on)?(?: the)? (?:public )?holidays\b",
        "祝日を除く",
    ),
    (r"\b(?:once|one time) (?:a|per|every) week\b|\bweekly\b", "週1回"),
    (r"\b(?:once|one time) (?:a|per|every) month\b|\bmonthly\b", "月1回"),
    (r"\b(?:twice|two times) (?:a|per) week\b", "週2回"),
    (r"\b(?:twice|two times) (?:a|per) month\b", "月2回"),
    (r"\b([2-7]|three|four|five) times (?:a|per) week\b", r"週\1回"),
    (r"\b([2-9]|three|four|five) times (?:a|per) month\b", r"月\1回"),
    (r"\b(?:every other|every second|alternate) (?:week|(?=[a-z]))", "隔週 "),
    (r"\bfortnightly\b", "隔週"),
    (r"\bof (?:every|each|the) month\b", ""),
    (r"\b(?:once )?every (?:two|2) weeks\b", "隔週"),
    (r"\b(?:once )?every (?:three|3) weeks\b", "3週間に1回"),
    (r"\bevery week\b(?! on)", "週1回"),
    (r"\bevery month\b(?! on)", "月1回"),
    (r"\b(?:every day|daily)\b", "毎日"),
    (r"\bweekdays\b", "平日"),
    (r"\bweekends\b", "週末"),
    (r"\birregular(?:ly)?\b|\bto be (?:announced|decided)\b|\btb[ad]\b|\bunknown\b", "不定期"),
    (r"\bpermanent\b", "常設"),
    (
        r"\b(?:except|excluding)(?: (?:for|on))?(?: the)? ((?:[1-5](?:st|nd|rd|th)|last)[^,;()]*)",
        r"(\1 除く)",
    ),
    (r"\bclosed(?: on)? ([^,;()]+)", r"(\1 休み)"),
    (r"\bmon(?:days?|\.)?(?![a-z])", "月曜"),
    (r"\btue(?:s(?:days?)?)?\.?(?![a-z])", "火曜"),
    (r"\bwed(?:nesdays?)?\.?(?![a-z])", "水曜"),
    (r"\bthu(?:r(?:s(?:days?)?)?)?\.?(?![a-z])", "木曜"),
    (r"\bfri(?:days?)?\.?(?![a-z])", "金曜"),
    (r"\bsat(?:urdays?)?\.?(?![a-z])", "土曜"),
    (r"\bsun(?:days?)?\.?(?![a-z])", "日曜"),
    (r"\bevery(?: week)?(?: on)? ?(?=[月火水木金土日]曜)|\beach (?=[月火水木金土日]曜)", "毎週"),
    (r"\b([1-5])(?:st|nd|rd|th)\b", r"第\1"),
    (r"\b(first|second|third|fourth|fifth)\b(?= *(?:[月火水木金土日]曜|and|&|,))", r"第\1"),
    (r"\blast (?=[月火水木金土日]曜)", "最終"),
    (r"第first", "第1"),
    (r"第second", "第2"),
    (r"第third", "第3"),
    (r"第fourth", "第4"),
    (r"第fifth", "第5"),
    (r"(?<=曜) ?(?:to|through|thru|until) ?(?=[月火水木金土日]曜)", "〜"),
    (r"(?<=曜) ?or ?(?=[月火水木金土日]曜)", "または"),
    (r"(?<=[曜0-9]) ?and ?(?=[月火水木金土日第])", "、"),
    (r"週three", "週3"),
    (r"月three", "月3"),
    (r"\bbimonthly\b|\bbiweekly\b", "biweekly?"),
)
"""Two of these words mean twice a week to some and every second week to others."""


def normalised(text: str) -> str:
    """
    Return a text in one spelling: NFKC, one kind of bracket, one space, English words of time in Japanese.

    Signs ①②③ become private characters: they number, and are no figure of a date.
    """
    plain = re.sub("[①-⑳]", lambda sign: chr(_ENUM_FIRST + ord(sign[0]) - ord("①") + 1), text)
    plain = re.sub(r"(^|[\s、。;；])[(（]([1-9１-９])[)）](?=\s*\S)", _numbered, plain)
    plain = re.sub("第([\ue001-\ue005])", lambda m: f"第{ord(m[1]) - _ENUM_FIRST}", plain)
    plain = unicodedata.normalize("NFKC", plain)
    if re.search("[A-Za-z]{3}", plain):
        for pattern, word in _ENGLISH:
            plain = re.sub(pattern, word, plain, flags=re.IGNORECASE)
    for pattern, word in _SPELLINGS:
        plain = re.sub(pattern, word, plain)
    return plain


def _numbered(match: re.Match[str]) -> str:
    return match[1] + chr(_ENUM_FIRST + int(match[2]))


@dataclass(frozen=True, slots=True)
class Token:
    """
    A word of known meaning, or a run of letters of none.

    Attributes
    ----------
    kind
        What it is: ``weekdays``, ``weeks``, ``span`` …, ``word`` where nothing is known.
    text
        As it is written.
    value
        What it says, of a type that ``kind`` decides; None where it says nothing.
    gap
        Whether a space stands before it.
    """

    kind: str
    text: str
    value: Any = None
    gap: bool = False


TIMES = frozenset(
    (
        *("weekdays", "weeks", "every_week", "every_month", "days_of_week", "count", "interval"),
        *("every_months", "months", "days", "date", "span", "holiday", "standing", "season"),
        *(
            "fill",
            "head",
            "close",
            "off",
            "only",
            "approximate",
            "month_part",
            "half_day",
            "or",
            "among",
        ),
    )
)
"""Kinds after which a particle is a particle, and a weekday needs no space."""

_UP_TO = rf"(?:\s*回?\s*(?:{TO}|[・,、]|または|か)\s*(?P<most>{COUNT}))?"
_ABOUT = r"(?P<about>\s*(?:程度|くらい|ぐらい|ほど|前後|程(?!度)|を?目安))?(?P<more>以上)?(?P<less>以下|未満|まで)?(?:のペース|の頻度)?"
_AFTER_DAY = re.compile(
    r"ー(?=[月火水木金土日])|です|だけ|祝|午[前後]|朝|昼|夕|夜|AM|PM|の(?:午|朝|昼|夕|夜|[0-9]|第|み|うち|どちら|いずれ|毎|隔|最|週|$|\W)|は|も|を|と|に|が|か(?=[月火水木金土日])|及び|および|並びに"
    r"|または|又は|もしくは|や(?=[月火水木金土日祝])|以外|除|のぞ|だけ|限定|から|まで|より|毎週|隔週"
    r"|第[0-9一二三四五]|最終|月[0-9一二三四]|週[0-9一二三四]|年[0-9]|定[休例期]|休|お休|閉|なし|無し|開催|開館|開所"
    r"|開放|実施|活動|営業|オープン|終日|ごと|頃|ごろ|中止|不定|未定",
    re.IGNORECASE,
)
_EXPLICIT = frozenset(("every_week", "every_month", "weeks", "interval", "count"))

_FEE = (
    r"(?:(?:参加費|会費|月会費|年会費|利用料金?|使用料|料金|入会金|資料代|材料費|飲食代|食事代|お?茶代"
    r"|お?菓子代|実費|保険料|費用|負担金)\s*(?:は|:)?\s*)?(?:各回|毎回|月額?|年額?|1回|一回|1人|一人)?"
    r"\s*(?:に|あたり|当たり)?\s*[0-9][0-9,]*\s*円(?:/(?:回|月|年|人))?(?:程度|ほど)?"
)
_PEOPLE = r"(?:(?:定員|先着|対象)\s*(?:は|:)?\s*)?(?:各回|約|おおむね|概ね)?\s*[0-9]+\s*(?:名|人|組)(?![0-9曜])(?:程度|まで|以上)?"
_AGE = (
    rf"(?:おおむね|概ね|満)?\s*[0-9]+\s*[歳才](?:以上|以下|未満|代|{TO}[0-9]+[歳才])?(?:の方|の人)?"
)
_PHONE = r"(?:(?:TEL|FAX|電話|℡)\s*[:.]?\s*)?\(?0[0-9]{1,4}\)?-?[0-9]{1,4}-[0-9]{3,4}(?![0-9])"
_LASTS = r"(?:約|1回|一回|各回?)?\s*[0-9]+(?:\.5)?(?:時間半?|分間?)(?:程度|くらい|ほど)?(?:対応|営業|開放)?"
_NUMBERED = (
    r"第?[0-9一二三四五六七八九十]+(?:団地|公民館|会議室|集会[所室]|和室|研修室|町会|町内会|自治会|公園|分団|地区"
    r"|小学校|中学校|保育|丁目|番地|号|棟|階|畳|区(?![0-9])|班|組|会館|コミュニティ)"
    r"|[0-9]+(?:F|km|m|M|㎡|番)(?![A-Za-z0-9])"
)
_BEFORE_THAT = r"[0-9]+(?:日|週間|か月)前(?:まで|迄)?(?:に)?"
_ERA = r"(?:20[0-9]{2}|(?:令和|平成|R|H)\s?[0-9元]{1,2})\s?[年./]"
_SINCE = (
    rf"(?:{_ERA}\s*(?:{MONTH}月?)?(?:\s*{DATE}日)?|{MONTH}月(?:{DATE}日)?|{MONTH}/{DATE})\s*"
    r"(?:に|から|より)?(?:開始|開設|スタート|発足|設立|オープン|結成|現在)"
)
_WEATHER = (
    r"(?:小?雨天?|荒天|悪天候?|台風|積雪|降雪|大雨|大雪|警報(?:発令)?|猛暑)(?:時|の(?:場合|とき|時|日))?(?:は|には)?\s*"
    rf"(?:[{WEEKDAYS}]曜日?に|翌(?:日|週)に?)?(?:中止|お?休み|休会|順延|延期|決行|変更)(?:します|となります|です)?"
)
_MOVES = (
    rf"(?:(?:(?:その日|(?:第[1-5一二三四五])?[{WEEKDAYS}](?:曜日?)?)(?:・|が|や)?){{0,3}}(?:祝祭?日|祝|休日|休館日|祭日|年末年始|お?盆)"
    rf"|(?:[{WEEKDAYS}](?:曜日?)?・?){{1,3}}(?=の(?:場合|とき|時|際)|に(?:当た|あた)る))"
    r"(?:に(?:当た|あた|重な)る(?:場合|とき|時)?|と重な(?:る|った)(?:場合|とき|時)?|の(?:場合|とき|時|際))(?:は|には)?\s*"
    rf"(?:(?:翌々?(?:日|週|平日|月|営業日)|前(?:日|週)|次週|別の?日|第[1-5](?:[{WEEKDAYS}](?:曜日?)?|週)?)(?:の[{WEEKDAYS}]曜日?)?)?"
    r"(?:に|へ|は|が)?(?:振り?替え?|変更|延期|順延|お?休み|休館|休会|中止|開催|実施|開館)?(?:します|となります|です)?"
)
_MAY_CHANGE = (
    r"(?:(?:日程|日時|時間|曜日|会場|内容|開催日|実施日)(?:は|が|等は)?)?(?:都合により|事情により|状況により|諸?事情で)?\s*"
    r"(?:変更|中止|休む|お?休み|休会|延期)(?:に|と|する|の|になる|となる)*(?:場合|こと|とき|可能性)(?:が|も)?"
    r"(?:あり(?:ます)?|ございます|有り?)(?:。)?"
    r"|(?:(?:日程|日時|曜日|時間)(?:は|の)?)?変更(?:あり|有り?)(?:ます)?"
)
_ELSEWHERE = r"(?:会場|場所|内容|時間|講師)(?:は|が)[^、。()\n0-9曜]{0,12}?(?:異な(?:る|ります)|違(?:う|います)|変わ(?:る|ります)|未定)"
_FREE = (
    r"(?:参加費?|費用|会費)?(?:は)?無料|(?:予約|事前予約|事前申込み?|申込み?|申し込み)(?:は)?(?:不要|制|必要)|要(?:事前)?(?:予約|申込み?|申し込み|登録)"
    r"|(?:出入り|参加|入退室)(?:は)?自由|(?:初回|1回目)(?:は|のみ)?(?:無料)?|(?:定休日?|休館日|お?休み)(?:は)?なし|男女(?:不問)?|年齢不問|どなたでも|誰でも"
    r"|(?:随時|いつでも|常時)(?:見学|参加|受付|募集|入会|申込み?|相談|受け付け)(?:可|中|できます|しています)?|参加者(?:随時)?募集中?"
    r"|臨時休(?:業|館|み)(?:あり|有り?)?|年間を?通し?て|通年|第一線|日帰り(?:入浴)?"
)
_WEB = r"https?://[\x21-\x7e]+|[\w.+-]+@[\w.-]+"
NOTES = re.compile(
    "|".join(
        f"(?:{part})"
        for part in (
            *(_WEB, _FEE, _PEOPLE, _AGE, _PHONE, _NUMBERED, _LASTS, _BEFORE_THAT, _SINCE, _WEATHER),
            *(_MOVES, _MAY_CHANGE, _ELSEWHERE, _FREE),
        )
    ),
    re.IGNORECASE,
)
"""Figures and phrases beside a timetable that change nothing in it."""

_TOPIC = r"(?:詳細|詳しく|日程|日時|開催日|実施日|内容|予約|お?申込み?|曜日|時間|日)(?:等|など)?(?:は|について(?:は)?)\s*[^、。()\n0-9曜週毎休第回]{0,24}?"
_ASK = (
    rf"(?:{_TOPIC})?(?:(?:要|お)?(?:問い?合わ?せ|問合せ)(?:先|ください|下さい|願います|のこと)?"
    r"|(?:別途|その都度|都度)\s*(?:ご?案内|ご?連絡|お知らせ|通知|調整|相談)(?:します|いたします)?"
    r"|(?:市|町|村|区|館)?(?:の)?(?:広報紙?|ホームページ|HP|ちらし|チラシ|カレンダー|行事予定表|予定表)(?:で|を|に|参照|による|により)?"
    r"(?:お知らせ|ご覧ください|ご確認ください|確認|参照|掲載)?(?:します)?)"
)
_VARIES = (
    r"(?:(?:曜日|日程|日時|開催日|時期|回数|頻度)(?:等|など)?(?:は|が)\s*)?"
    r"(?:月|日|週|曜日|会場|場所|地区|時期|季節|天候|班|団体|グループ|教室|都合|状況|内容|参加者|年)"
    r"(?:により|によって|によ?り|ごとに|毎に)\s*(?:異な(?:る|ります)|違(?:う|います)|変わ(?:る|ります)|変動)"
)
_UNKNOWN = (
    r"未定|不定期?|随時|調整中|検討中|不明|応相談|要相談|要確認|予定|不規則|まちまち|その都度|都度"
)

_HEAD = (
    r"(?:開催|実施|活動)月|(?:開催|実施|活動|運営|開館|開所|開放|営業|利用(?:可能)?|開講|開室|開設|定例|集合|受付)(?:可能)?"
    r"(?:曜日|日時|日程|時間帯?|頻度|回数|日|期間)|日時|日程|日にち|曜日|時間帯?|頻度|回数|期間|とき(?=:)|いつ(?=:)"
    r"|日(?=は?\s*(?:未定|不定|別途|決まって))|受付(?=\s*[:0-9])|備考(?=\s*:)|定例会?(?=\s*:)"
)
_FILL = (
    r"の(?:日|間|週|回|部|午前|午後)?(?=\W|$|[0-9毎第隔月火水木金土日最午朝昼夕夜]|み)|は|に|を|で|も|が|から|より|まで|頃|ごろ"
    r"|開催|実施|活動|開放|開館|開所|営業|オープン|集合|スタート|開始|定例会?|定期的?に?|に?行って(?:い|お)ります|行っています"
    r"|中(?=は|の|\W|$)|行います|しています|している|します|する|やってい?ます|です|を?基本(?:とする|とします|に)?|と(?=しています)"
)
_OFF = (
    r"お?休み(?:です|となります|になります|します)?|やすみ|(?:休館|休業|定休)日?(?:です|となります|になります|します)?|休止中?(?:です|します)?|休会中?|休日|閉館日?|閉所日?"
    r"|休(?![憩日館業止会])|除く|除(?=\s*:)|除き(?:ます)?|除外|のぞく|以外|(?:は)?なし|無し|(?:は)?ありません|ございません"
    r"|(?:は)?行いません|(?:は)?行わない|(?:開催|実施|活動|開館|営業)(?:は)?(?:しません|しない|なし|せず|ありません|いたしません)"
    r"|(?:終日)?(?:利用|使用)(?:不可|できません)|不開催|中止(?:です|します)?|夏休み(?=$|[)。、\n])|夏季休業"
)
_HEADLIKE = re.compile(r"お?休み|(?:休館|休業|定休|閉館|閉所)日?|休日")
_HOLIDAY = (
    r"国民の(?:祝日|休日)|祝祭日|祝日|祭日|祝|年末年始(?:の?期間)?|年末・?年始|お?盆(?:期間)?|お?正月(?:三が日)?|GW|ゴールデンウィーク"
    r"|(?:学校の)?(?:夏|冬|春)休み(?:の?期間)?(?:中)?(?=\s*(?:は|を|の|・|、|中|お?休|除))|学校の?(?:長期)?休業(?:日|期間)?|(?:施設|会場|臨時|館|[^\s、。()0-9]{0,6}の)休館日(?=(?:は|を|の)?\s*(?:除|お?休|以外))|休館日(?=(?:は|を)?\s*(?:除|お?休))"
)
_SEASON = r"(?P<season>[夏冬])(?:[期季](?:間)?|場|の間|(?=は|:))(?:の?(?:開催|活動|開館)?時間)?"
_APPROXIMATE = r"約|およそ|おおむね|おおよそ|概ね|ほぼ|だいたい|大体|原則(?:として|は)?|基本(?:的に|は|的には)?"
_ONLY = r"のみ|だけ|限定|に限る|に限り"
_OR = r"または|又は|もしくは|若しくは|あるいは|或いは|か(?=\s*[月火水木金土日第])"
_DATES = (
    rf"(?:{_ERA}\s*)?(?:{MONTH}月\s*{DATE}日|(?<![0-9回]){MONTH}/{DATE}(?![0-9日時週]))"
    rf"(?:\s*\([{WEEKDAYS}祝・]+\))?"
)
_MONTH_LIST = (
    rf"{MONTH}月?(?:\s*{TO}\s*(?:翌年?の?|次年)?{MONTH}月?)?"
    rf"(?:\s*[・,、/と]\s*{MONTH}月?(?:\s*{TO}\s*(?:翌年?の?|次年)?{MONTH}月?)?)*(?<=月)"
)


def weekdays_in(text: str) -> frozenset[int]:
    """Read weekdays (0 is Monday) from the letters of a text: 月火水."""
    return frozenset(WEEKDAYS.index(letter) for letter in re.sub("曜日?", "", text))


def weeks_in(text: str) -> frozenset[int]:
    """Read weeks of the month from 第1・第3 or 第1〜第3; ``LAST`` for 最終."""
    numbers: list[int] = []
    reach = False
    for token in re.findall(rf"最終|最後|ラスト|[1-5一二三四五]|{TO}", text):
        if _TO_RE.fullmatch(token):
            reach = True
            continue
        number = LAST if token[0] in "最ラ" else number_in(token)
        numbers += range(numbers[-1], number + 1) if reach and numbers else [number]
        reach = False
    return frozenset(numbers)


def number_in(text: str) -> int:
    """Read a number, in digits or in kanji numerals below a hundred: 3, 三, 二十一."""
    if text.isdecimal():
        return int(text)
    if text == "イチ":
        return 1
    tens, ten, ones = text.rpartition("十")
    return (10 * _NUMERALS.get(tens, 1) if ten else 0) + _NUMERALS.get(ones, 0)


def months_in(whole: str) -> frozenset[int]:
    """Read months (1 to 12) from 偶数月, 4月・7月, 10月〜3月 or 4〜6・9月."""
    if "奇数月" in whole:
        return frozenset(range(1, 12, 2))
    if "偶数月" in whole:
        return frozenset(range(2, 13, 2))
    months: set[int] = set()
    for item in re.split("[・,、/と]", whole):
        start, *end = (int(number) for number in re.findall("[0-9]+", item))
        months |= {start}
        if end:
            months |= {(start - 1 + n) % 12 + 1 for n in range((end[0] - start) % 12 + 1)}
    return frozenset(months)


def months_of_dates(whole: str) -> frozenset[int]:
    """Return the months that a range of dates touches, none where it is a fortnight or a single day."""
    plain = re.sub(rf"{_ERA}|\([^()]*\)", "", whole)
    dates = re.findall(rf"({MONTH})(?:月|/)({DATE})", plain)
    if len(dates) < len(("first", "last")):
        return frozenset()
    (first, from_day), (last, to_day) = ((int(month), int(day)) for month, day in dates[:2])
    months = (last - first) % MONTHS_PER_YEAR
    if 30 * months + to_day - from_day <= SHORT_DAYS:
        return frozenset()
    return frozenset((first - 1 + n) % MONTHS_PER_YEAR + 1 for n in range(months + 1))


def span_in(whole: str) -> Span | None:
    """Read a span of the day, minutes after midnight; None where it is no time of the day."""
    match = SPAN.match(whole)
    if match is None:
        return None
    start = _clock(match["start"] or match["hour"])
    end = _clock(match["end"] or "")
    if start is None or (match["end"] and end is None):
        return None
    afternoon = re.search("午後|PM", whole, re.IGNORECASE) is not None
    if end is not None and end <= start:
        # 午後1時〜3時: the second time is of the afternoon, too.
        later = end + NOON_MIN
        end = later if afternoon and start < later <= DAY_MIN else None
    return start, end


def _clock(text: str) -> int | None:
    numbers = [int(number) for number in re.findall("[0-9]+", text)]
    if not numbers:
        return None
    minute = 30 if "半" in text else (numbers[1] if len(numbers) > 1 else 0)
    total = numbers[0] * HOUR_MIN + minute
    if re.search("午後|PM", text, re.IGNORECASE) and total < NOON_MIN:
        total += NOON_MIN
    return total if minute < HOUR_MIN and total <= DAY_MIN else None


@dataclass(frozen=True, slots=True)
class Count:
    """So many times a week, a month or a year; ``most`` is above ``least`` in 月1〜2回."""

    unit: str
    least: int
    most: int
    is_about: bool = False


_Match = re.Match[str]


def _count(unit: str) -> Callable[[_Match], Any]:
    def read(match: _Match) -> Count | None:
        least = number_in(match["n"])
        most = number_in(match["most"]) if match.groupdict().get("most") else least
        if match.groupdict().get("less") or not 0 < least <= most:
            return None
        open_end = 10**3 if match.groupdict().get("more") else most
        return Count(unit, least, open_end, bool(match.groupdict().get("about")))

    return read


def _every(days: int, *, apart: int = 0) -> Callable[[_Match], Any]:
    return lambda match: days * (number_in(match["n"]) + apart) or None


def _days(match: _Match) -> frozenset[int]:
    return frozenset(int(day) for day in re.findall("[0-9]+", match[0]))


def _tail(match: _Match) -> frozenset[int]:
    digits = [int(digit) for digit in re.findall("[0-9]", match[0])]
    days = (digit + ten for digit in digits for ten in (0, 10, 20, 30))
    return frozenset(day for day in days if day in range(1, 31))


def _span(match: _Match) -> Span | None:
    return span_in(match[0])


def _none(match: _Match) -> str:
    return match[0]


_READERS: tuple[tuple[str, str, Callable[[_Match], Any]], ...] = (
    ("note", NOTES.pattern, _none),
    ("word", r"○+", _none),
    ("part", ";", _none),
    ("line", r"[\n。|●◯◆◇■□★☆▼▽▲△◎※▪]|(?:ただし|但し|なお)[、,]?|また[、,]", _none),
    ("enum", _ENUM, lambda match: ord(match[0]) - _ENUM_FIRST),
    ("open", r"\(", _none),
    ("close", r"\)", _none),
    ("elsewhere", _VARIES, _none),
    ("ask", _ASK, _none),
    ("span", SPAN.pattern, _span),
    ("interval", r"隔週(?:ごと|おき|に)?\s*(?:1回)?", lambda _: 14),
    ("count", r"1週間?に\s*(?P<n>1|一)[回度]", _count("week")),
    ("interval", rf"(?P<n>{COUNT})週(?:間)?(?:に|ごとに?|毎に?)\s*[1一][回度日]", _every(7)),
    ("interval", rf"(?P<n>{COUNT})週(?:間)?(?:ごと|毎)に?", _every(7)),
    ("interval", rf"(?P<n>{COUNT})週(?:間)?おきに?", _every(7, apart=1)),
    ("interval", r"隔日", lambda _: 2),
    ("interval", rf"(?P<n>{COUNT})日(?:間)?(?:に|ごとに?|毎に?)\s*[1一][回度]", _every(1)),
    ("interval", rf"(?P<n>{COUNT})日(?:間)?(?:ごと|毎)に?", _every(1)),
    ("interval", rf"(?P<n>{COUNT})日(?:間)?おきに?", _every(1, apart=1)),
    (
        "count",
        rf"(?:1か|一か|ひと)月間?に?\s*(?P<n>{COUNT}){_UP_TO}[回度日]{_ABOUT}",
        _count("month"),
    ),
    ("every_months", rf"(?P<n>{COUNT})か月(?:間)?(?:に|ごとに?|毎に?)\s*[1一][回度]", _every(1)),
    ("every_months", rf"(?P<n>{COUNT})か月(?:間)?(?:ごと|毎)の?に?", _every(1)),
    ("every_months", rf"(?P<n>{COUNT})か月おきの?に?", _every(1, apart=1)),
    ("every_months", r"隔月(?:に)?(?:\s*[1一][回度])?の?", lambda _: 2),
    ("every_months", r"半年に\s*[1一][回度]", lambda _: 6),
    ("every_months", r"(?:四半期|季節)(?:ごと)?に\s*[1一][回度]", lambda _: 3),
    (
        "count",
        rf"(?:毎週|1週間に|(?<!隔)週)\s*(?:に|あたり|当たり)?\s*(?P<n>{COUNT}){_UP_TO}\s*(?:回|日(?!曜)|度){_ABOUT}",
        _count("week"),
    ),
    (
        "count",
        rf"(?<!隔)週(?P<n>[1-7一二三四五六]|イチ)(?![0-9:時週])(?:型)?{_ABOUT}",
        _count("week"),
    ),
    (
        "count",
        rf"(?:毎月|(?<![0-9毎年生])月)\s*(?:に|あたり|当たり)?\s*(?P<n>{COUNT}){_UP_TO}\s*(?:回|度){_ABOUT}",
        _count("month"),
    ),
    ("count", rf"(?<![0-9毎年生])月に?(?P<n>{COUNT})日(?:間|程度|くらい)", _count("month")),
    (
        "count",
        rf"(?<![0-9毎年生])月(?P<n>[1-9一二三]|イチ)(?![0-9:時月日])(?:型)?{_ABOUT}",
        _count("month"),
    ),
    ("count", rf"年(?:間)?\s*(?:に)?\s*(?P<n>{COUNT}){_UP_TO}\s*(?:回|度){_ABOUT}", _count("year")),
    ("count", r"(?<=月に)(?P<n>[1一])[回度]", _count("month")),
    ("count", rf"(?P<n>{COUNT})回/週", _count("week")),
    ("count", rf"(?P<n>{COUNT})回/月", _count("month")),
    ("count", rf"(?P<n>{COUNT})回/年", _count("year")),
    (
        "unread",
        rf"(?:年|月|週)(?:間)?に?数[回日]|各週|毎週\s?曜日(?! ?[:)])|{DATE}日?\s*{TO}\s*{DATE}日(?!曜)",
        _none,
    ),
    ("days", r"[0-9](?:[・,、と][0-9])*の(?:つく|付く|つい)日", _tail),
    ("date", rf"{_DATES}(?:\s*{TO}\s*(?:翌年?の?)?(?:{_DATES}|{DATE}日?))?", _none),
    ("date", rf"{_ERA}\s*{MONTH}[./]{DATE}(?![0-9])(?:\s*\([{WEEKDAYS}]\))?", _none),
    ("date", rf"{_ERA}(?:\s*{MONTH}月)?(?:\s*{DATE}日)?", _none),
    ("weeks", rf"(?=第|最終|最後|ラスト){NTHS}", lambda match: weeks_in(match[0])),
    ("weeks", rf"(?<![0-9第]){NTHS}(?<=[週目])", lambda match: weeks_in(match[0])),
    (
        "months",
        rf"(?<![0-9第])(?:偶数月|奇数月|{_MONTH_LIST})(?!曜|\s*[0-9]+日|額|謝|払)",
        lambda match: months_in(match[0]),
    ),
    (
        "weeks",
        rf"(?<![0-9第])[1-5](?:[・,、.&と][1-5])+(?=\s*[(]?[{WEEKDAYS}](?:曜|\)|\s|$|[0-9午]))",
        lambda match: weeks_in(match[0]),
    ),
    (
        "days",
        rf"(?<![0-9:])(?<![0-9]/)(?:{DATE}\s*日?\s*{GLUE}+)*{DATE}\s*日(?![曜間目以前後程])",
        _days,
    ),
    ("every_month", r"毎月の?|各月の?|月の(?=第|最)", _none),
    ("days_of_week", r"毎日(?!曜)|年中無休|365日|無休", lambda _: EVERY_DAY),
    ("days_of_week", r"平日", lambda _: frozenset(range(5))),
    ("days_of_week", r"週末", lambda _: frozenset({5, 6})),
    ("every_week", rf"毎週の?|毎(?=[{WEEKDAYS}]曜)", _none),
    ("standing", r"常設型?|常時(?=開|利用|設|\W|$)|いつでも(?=開|利用|立ち寄|入れ)", _none),
    ("month_part", r"(?:月の)?(?:上旬|中旬|下旬|初旬)|月?末日?|月初め?", _none),
    ("holiday", _HOLIDAY, _none),
    ("off", _OFF, lambda match: bool(_HEADLIKE.fullmatch(match[0]))),
    ("season", _SEASON, lambda match: match["season"]),
    ("head", _HEAD, _none),
    ("unknown", _UNKNOWN, _none),
    ("approximate", _APPROXIMATE, _none),
    ("half_day", r"午前中?|午後|朝|お昼|昼間?|夕方|夜間?|終日|日中", _none),
    ("only", _ONLY, _none),
    ("or", _OR, _none),
    ("among", r"のうち(?:の)?(?:いずれか)?の?|のいずれか|のどちらか|いずれか|どちらか", _none),
    (
        "and",
        rf"(?:と|及び|および|並びに|や|&|\+)(?=\s*\(?(?:毎|第|隔|[{WEEKDAYS}](?:曜|\W|$|[{WEEKDAYS}祝])|[0-9]|最終|祝|平日|偶|奇|年末|お?盆|休館))",
        _none,
    ),
    ("to", TO, _none),
    ("dot", r"[・.&+]", _none),
    ("comma", r"[、,]", _none),
    ("slash", "/", _none),
    ("colon", "[:=]", _none),
    ("sign", r"[!！~〜♪♡♥…_*#'\"`^|\\]", _none),
)
_COMPILED = tuple(
    (kind, re.compile(pattern, re.IGNORECASE), read) for kind, pattern, read in _READERS
)
_LETTERS = re.compile(rf"([{WEEKDAYS}]+)(曜日(?!曜)|曜)?")
_FILL_RE = re.compile(_FILL)
_NAME_REST = re.compile(r"[^\s、,・/:;()。]+")
_TAKES_NO = frozenset(
    ("months", "weeks", "every_months", "every_month", "every_week", "interval", "date")
)
"""Kinds that are joined to what follows by の: 4〜11月の年6回."""
_NEEDS_EDGE = frozenset(
    (
        "off",
        "fill",
        "and",
        "or",
        "approximate",
        "half_day",
        "month_part",
        "season",
        "only",
        "to",
        "unknown",
        "holiday",
        "standing",
    )
)
"""Kinds that stand in many words (休憩, 朝日町): read at the edge of one only, or beside a time."""


def tokens_of(plain: str) -> list[Token]:
    """
    Cut a text into tokens, none lost but spaces.

    Parameters
    ----------
    plain
        A text of ``normalised``.

    Returns
    -------
    The tokens in the order of the text.
    """
    found: list[Token] = []
    at = 0
    gap = False
    while at < len(plain):
        if plain[at] == " ":
            gap, at = True, at + 1
            continue
        before = found[-1] if found and not gap else None
        token = _token_at(plain, at, before)
        at += len(token.text)
        if before is not None and token.kind == before.kind == "word":
            found[-1] = Token("word", before.text + token.text, gap=before.gap)
        else:
            found.append(Token(token.kind, token.text, token.value, gap))
        gap = False
    return found


def _token_at(plain: str, at: int, before: Token | None) -> Token:
    inside_word = before is not None and before.kind == "word"
    beside_time = before is not None and before.kind in TIMES
    for kind, pattern, read in _COMPILED:
        if inside_word and kind in _NEEDS_EDGE:
            continue
        match = pattern.match(plain, at)
        if match is None or not match[0]:
            continue
        value = read(match)
        if value is None:
            return Token("unread", match[0])
        return Token(kind, match[0], value)
    if before is not None and before.kind in _TAKES_NO and plain[at] == "の":
        return Token("fill", "の")
    if beside_time:
        match = _FILL_RE.match(plain, at)
        if match and match[0]:
            return Token("fill", match[0])
    return _weekdays_at(plain, at, before) or Token("word", plain[at])


def _weekdays_at(plain: str, at: int, before: Token | None) -> Token | None:
    match = _LETTERS.match(plain, at)
    if match is None or (before is not None and before.kind == "word"):
        return None
    rest = plain[match.end() :]
    ends = not rest or not _WORD_CHAR.match(rest) or rest[0].isdecimal()
    if ends or _AFTER_DAY.match(rest):
        return Token("weekdays", match[0], weekdays_in(match[0]))
    if not match[2]:
        return None
    if before is not None and before.kind in _EXPLICIT:
        return Token("weekdays", match[0], weekdays_in(match[0]))
    name = _NAME_REST.match(rest)
    # 火曜会, 土曜カフェ: a weekday that belongs to a name says nothing of when.
    return Token("note", match[0] + (name[0] if name else ""), "name")
