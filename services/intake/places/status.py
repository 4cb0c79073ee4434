"""
The status of a place, as it is typed: 活動中, コロナのため休止中（4月再開予定）, 来年度閉鎖予定, inactive.

Words of ending and stopping count wherever they stand. What is not understood is unknown, never active.
"""

import re
import unicodedata

UNKNOWN = "unknown"

_END = r"閉鎖|廃止|終了|解散|閉会|閉所|閉館|閉店|閉場|廃会|消滅|撤退|^廃$|closed|(?<![a-z])ended|dissolved|disbanded|discontinued|terminated|defunct"
_STOP = (
    r"休止|休会|休業|休場|休館|休眠|休み|^休$|中断|中止|停止|停滞|見合わせ|見あわせ|見合せ|延期|お休|自粛"
    r"|不活動|未活動|未開催|未実施"
    r"|(?:活動|開催|実施|実績|稼働|運営)(?:は|を|が)?(?:なし|無し?$|無し|してい?(?:ない|ません)|しており?ません|できない|できず|せず)"
    r"|inactive|not active|suspended|paused|stopped|halted|dormant|on hold|on break|cancell?ed|interrupted"
)
_AGAIN = r"再開|再始動|reopened|resumed|restarted"
_NOT_YET = (
    r"(?:は|を|の|が)?(?:時期|日|目途|めど|目処)?(?:は|を|の|が)?"
    r"(?:予定|未定|見込|検討|準備|目指|待ち|したい|でき(?:ない|ず)|して(?:い)?(?:ない|ません)|しない|せず|立た|つかず|つかない|不明|なし|無し|に向け)"
)
_NOT_SURE = r"予定|検討|かも|可能性|恐れ|おそれ"
_COMING = r"開設予定|開始予定|開所予定|設立予定|立ち?上げ|準備|計画中|予定|planned|preparing"
_RISK = r"危機|危ぶ|存続|縮小|検討|担い手|継続困難|困難|心配|at_risk|at risk"
_RUNS = (
    r"活動|開催|実施|継続|稼働|運営中|営業|営業中|現役|存続中|通常どおり|通常通り|有効|^有$|^あり$|^可$|^[○〇◯]$"
    r"|^active$|^open$|running|ongoing|in operation"
)
_SEASONAL = re.compile(
    r"(?:[0-9]+月|夏|冬|盆|年末年始)(?:は|中|のみ|期|季)*お?(?:休み|休止|休会|休)(?!中)"
)
_UNDONE = re.compile(
    rf"(?:{_END}|休止|休会|中断|中止|停止)(?:は|を)?"
    r"(?:なし|無し|解除|解消|明け|して(?:い)?(?:ない|ません)|しない|せず|ではない|ではなく|撤回)"
)


def read_status(text: str) -> str:
    """Return the status that a text names (``PLACE_STATUSES``), ``unknown`` if none, '' of nothing."""
    words = " ".join(unicodedata.normalize("NFKC", text).lower().split())
    # Japanese is typed with spaces between any two letters, English needs them.
    plain = re.sub(r"(?<![a-z]) | (?![a-z])", "", words)
    if not plain:
        return ""
    said, undone_n = _UNDONE.subn("", _SEASONAL.sub("", plain))
    again = re.search(rf"(?:{_AGAIN})(?P<not_yet>{_NOT_YET})?", said)
    if again and not again["not_yet"]:
        return "active"
    ends = bool(re.search(_END, said))
    if ends or again or re.search(_STOP, said):
        if not again and re.search(_NOT_SURE, said):
            return "at_risk"
        return "closed" if ends else "suspended"
    for status, pattern in ((UNKNOWN, _COMING), ("at_risk", _RISK), ("active", _RUNS)):
        if re.search(pattern, said):
            return status
    return "active" if undone_n else UNKNOWN
