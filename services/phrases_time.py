"""The words of time: weekdays, halves of the day, fiscal years. Key → (Japanese, English)."""

TIME_PHRASES: dict[str, tuple[str, str]] = {
    "weekday.0": ("月曜", "Monday"),
    "weekday.1": ("火曜", "Tuesday"),
    "weekday.2": ("水曜", "Wednesday"),
    "weekday.3": ("木曜", "Thursday"),
    "weekday.4": ("金曜", "Friday"),
    "weekday.5": ("土曜", "Saturday"),
    "weekday.6": ("日曜", "Sunday"),
    "weekday.short.0": ("月", "Mon"),
    "weekday.short.1": ("火", "Tue"),
    "weekday.short.2": ("水", "Wed"),
    "weekday.short.3": ("木", "Thu"),
    "weekday.short.4": ("金", "Fri"),
    "weekday.short.5": ("土", "Sat"),
    "weekday.short.6": ("日", "Sun"),
    "half_day.short.am": ("午前", "a.m."),
    "half_day.short.pm": ("午後", "p.m."),
    "half_day.am": ("午前", "morning"),
    "half_day.pm": ("午後", "afternoon or evening"),
    "slot.sentence.weekly": (
        "{weekday}の{half_day}に歩いて行ける場がある人: {age_group}の{share}（毎週、{limit}以内）",
        "{share} of residents {age_group} have a place every {weekday} {half_day}, within a {limit} walk",
    ),
    "slot.sentence.monthly": (
        "{weekday}の{half_day}に歩いて行ける場がある人: {age_group}の{share}（月1回以上、{limit}以内）",
        "{share} of residents {age_group} have a place at least one {weekday} {half_day} a month, within a {limit} walk",
    ),
    "slot.none": (
        "歩いて行ける場がある曜日・時間帯はありません",
        "on no weekday and half-day is there a place within the walk",
    ),
    "slot.nobody": (
        "{age_group}の住民がいません",
        "no residents {age_group} live here",
    ),
    "slot.unknown": (
        "曜日か時間のわからない場{n}か所は、どの曜日・時間帯にも数えていません",
        "{n} places whose weekday or hours are not known count for no weekday and half-day",
    ),
    "combined.sentence": (
        "このほか{age_group}の{share}は、どの会場も毎週ではありませんが、{limit}以内のいくつかの会場を合わせれば毎週どこかに場があります",
        "besides, {share} of residents {age_group} have no weekly hall within a {limit} walk, but several that together meet every week",
    ),
    # Fiscal years
    "step.timeline.reach": ("歩く道のりを計算しています", "computing walks"),
    "step.timeline.years": ("年度ごとに数えています", "counting each year"),
    "step.timeline.done": ("できました", "done"),
    "timeline.no_places": ("場がありません", "no places"),
    "timeline.nobody": ("この年齢の住民がいません", "no residents of this age group"),
    "timeline.left_out": (
        "いつ閉じたかわからない場{n}か所は、どの年度にも数えていません",
        "{n} places closed nobody knows when are counted in no year",
    ),
    "timeline.title": (
        "年度末ごとの場と、歩いて{limit}以内に場がある人（{age_group}）",
        "Places, and residents {age_group} with one within a {limit} walk, at the end of each fiscal year",
    ),
    "timeline.year": ("年度末", "fiscal year"),
    "timeline.suspended": ("休止中の場", "suspended"),
    "timeline.suspended.False": ("数えない", "not counted"),
    "timeline.suspended.True": ("数える", "counted"),
    "timeline.places": ("場", "places"),
    "timeline.weekly": ("週1以上の場に届く", "weekly reached"),
    "timeline.monthly": ("月1以上の場に届く", "monthly reached"),
    "timeline.assumed": ("日付の仮定", "dates assumed"),
    "timeline.assumed.note": (
        "※ 開設日のわからない場は開いていたもの、いつ休止したかわからない場は休止していたものとします（数は「日付の仮定」）",
        "※ places without an opening date are taken as open, those suspended nobody knows since when as suspended (column: dates assumed)",
    ),
    "timeline.documented": ("※ 資料の数 {year}: {places}", "※ documents say, {year}: {places}"),
    "cli.timeline": (
        "年度末ごとに、そのとき開いていた場と届いている人を数える",
        "count the places open at the end of each fiscal year, and who is reached",
    ),
    "cli.timeline.from": ("はじめの年度（H26、2014）", "first fiscal year (H26, 2014)"),
    "cli.timeline.to": ("おわりの年度（R7、2025）", "last fiscal year (R7, 2025)"),
    "cli.timeline.out": (
        "書くCSVファイル。区域ごとの表と目標の表も隣に書く（なければ表示だけ）",
        "CSV file to write; the tables of areas and targets go beside it (else only shown)",
    ),
}
