"""The words of the cards of walking profiles: key → (Japanese, English)."""

METHOD_PHRASES: dict[str, tuple[str, str]] = {
    "cli.profile.card": (
        "歩き方のカード（すべての値と出どころ）をA4のHTMLに書く",
        "write the cards of the walking profiles, every value with its source, as an A4 page",
    ),
    "cli.profile.card.out": ("書き出すHTML", "HTML file to write"),
    "card.title": ("歩き方のカード", "How walks are reckoned"),
    "card.kicker": ("arukeba 歩け場", "arukeba"),
    "card.lead": (
        (
            "この町の計算で「歩いて何分」と言うときの、すべての値と出どころです。"
            "ここにない事情（天気、荷物、ひざの痛み、こわいと感じる道）は入っていません。"
        ),
        (
            "Every value that stands behind a walking time of this municipality, and where it comes from. "
            "What is not here is not reckoned with: weather, bags, aching knees, roads one dreads."
        ),
    ),
    "card.limit": ("歩いていける範囲", "walking limit"),
    "card.main": ("計算の中心", "main profile"),
    "card.no_elevation": (
        "標高データがないため、坂は時間に入っていません。",
        "There are no heights here, so slopes change no walking time.",
    ),
    "card.item": ("項目", "parameter"),
    "card.value": ("値", "value"),
    "card.source": ("出どころ", "source"),
    "card.flat": ("平らな道で", "on the flat"),
    "card.examples": ("たとえば", "for example"),
    "card.assumed": ("arukeba の仮定", "assumed by arukeba"),
    "card.every": ("すべての値と出どころ", "every value, and where it comes from"),
    "card.unsourced.mark": ("出どころ未記入", "no source"),
    "card.unsourced": (
        "プロファイルで指定された値（出どころの記載なし）",
        "set in the profile, which names no source",
    ),
    "card.legend": (
        (
            "「arukeba の仮定」には、裏づける資料がありません。町の実測があれば置きかえてください。"
            "道から離れた家や会場までの区間も、平らな道と同じ速さで数えます。"
        ),
        (
            "No publication stands behind what is “assumed by arukeba”; replace it where there is a "
            "measurement. The way from a door to the street is walked at the speed on the flat."
        ),
    ),
    "card.none": ("なし", "none"),
    "card.closed": ("通りません", "not walked"),
    "card.more_s": ("＋{s}秒", "+{s} s"),
    "card.uphill": ("上り{slope}%の坂を{m}m", "{m} m up a slope of {slope} %"),
    "card.downhill": ("下り{slope}%の坂を{m}m", "{m} m down a slope of {slope} %"),
    "card.steps_example": ("階段{n}段", "a flight of {n} steps"),
    "card.far": ("{minutes}分で歩ける道のり", "how far {minutes} minutes lead"),
    "card.speed_m_per_min": ("平らな道の速さ", "speed on the flat"),
    "card.speed_m_per_min.value": ("毎分{value}m", "{value} m/min"),
    "card.slope": ("坂", "slopes"),
    "card.slope.tobler": ("トブラーの式（上り下りで別）", "Tobler's law, by direction"),
    "card.slope.level": ("数えない", "not counted"),
    "card.slope.table": ("下の表による", "by the table below"),
    "card.slope_table": (
        "坂の表（勾配：速さの倍率）",
        "table of slopes (slope: share of the speed)",
    ),
    "card.max_slope_pct": ("通る坂の上限", "steepest slope walked"),
    "card.max_slope_pct.value": ("{value}%", "{value} %"),
    "card.steps": ("階段", "stairs"),
    "card.steps.count": ("段数で数える", "by the number of steps"),
    "card.steps.metre": ("長さで数える", "by their length"),
    "card.steps.avoid": ("通らない", "not walked"),
    "card.step_s": ("階段1段につき加える時間", "added for each step"),
    "card.step_s.value": ("{value}秒", "{value} s"),
    "card.steps_s_per_m": ("階段1mにつき加える時間", "added for each metre of stairs"),
    "card.steps_s_per_m.value": ("{value}秒", "{value} s"),
    "card.crossing_s": ("横断歩道（信号なし）1回", "a crossing without signals"),
    "card.crossing_s.value": ("{value}秒", "{value} s"),
    "card.signal_s": ("信号1回", "a crossing with signals"),
    "card.signal_s.value": ("平均{value}秒", "{value} s on average"),
    "card.elevator_s": ("エレベーター1回", "an elevator"),
    "card.elevator_s.value": ("平均{value}秒", "{value} s on average"),
    "card.rest_every_m": ("ひと休みする間隔", "a rest every"),
    "card.rest_every_m.value": ("{value}mごと", "{value} m"),
    "card.rest_s": ("ひと休みの長さ", "length of a rest"),
    "card.rest_s.value": ("{value}秒", "{value} s"),
    "card.unpaved_pace": ("舗装のない道でかかる時間", "time on an unpaved surface"),
    "card.unpaved_pace.value": ("{value}倍", "× {value}"),
    "card.forbidden": ("通らない道の種類（OSM）", "kinds of streets not walked (OSM)"),
}
