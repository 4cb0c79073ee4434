"""The words of "why is this house not reached?": key → (Japanese, English)."""

WHY_PHRASES: dict[str, tuple[str, str]] = {
    "why.within": (
        "ここからは、歩いて{limit}以内に{frequency}の場があります。",
        "From here there is a {frequency} place within {limit} on foot.",
    ),
    "why.beyond": (
        "ここからは、歩いて{limit}以内に{frequency}の場がありません。",
        "From here there is no {frequency} place within {limit} on foot.",
    ),
    "why.nearest": (
        "いちばん近いのは「{name}」（{schedule}）で、歩いて{walk}です。",
        "The nearest is {name} ({schedule}): {walk} on foot.",
    ),
    "why.no_schedule": ("開催日は不明", "schedule unknown"),
    "why.too_long": ("{limit}より{over}長い道のりです。", "That is {over} more than {limit}."),
    "why.nearer_elsewhere": (
        "「{name}」は{area}にあります（地区のさかいをこえます）。",
        "{name} is in {area}, across the border of the council area.",
    ),
    "why.private": (
        "「{name}」は個人のお宅なので、およその位置までの道のりです。",
        "{name} is a private home: the way leads to its approximate position.",
    ),
    "why.no_way": (
        "道をたどって歩いて行ける{frequency}の場が、ひとつもありません。",
        "No {frequency} place at all can be walked to along the streets.",
    ),
    # The leg to the street
    "why.leg": (
        "ここから道に出るまでに{leg}（約{seconds}秒）あり、道のりに入れています。",
        "It is {leg} (about {seconds} s) from here to the street; the walk includes it.",
    ),
    "why.unsnapped.too_far": (
        "歩ける道まで{street}あります。{limit}をこえるので、道につないでいません。",
        "The nearest street that can be walked is {street} away; beyond {limit} nothing is joined to it.",
    ),
    "why.unsnapped.isolated": (
        "すぐそばの道は、ほかの道につながっていないか、橋・トンネル・階段だけです。",
        "The streets beside it lead nowhere else, or are a bridge, a tunnel or steps only.",
    ),
    "why.unsnapped.no_network": (
        "歩ける道のデータがありません。",
        "There are no data of streets that can be walked.",
    ),
    "why.unsnapped.closed": (
        "すぐそばの道は、この歩き方では通れません。",
        "The street beside it is closed to this walking profile.",
    ),
    "why.far_leg": (
        "それでも{leg}を歩いて道に出るなら、場まで{walk}です。",
        "Who walks those {leg} to the street all the same has {walk} to the place.",
    ),
    # On the way
    "why.climb": ("途中で合わせて{climb}上ります。", "The way climbs {climb} in all."),
    "why.steps": ("途中に階段が{steps}段あります。", "There are {steps} steps on the way."),
    "why.passes": ("途中で{what}を通ります。", "The way leads over or through {what}."),
    "why.kind.bridge": ("橋", "a bridge"),
    "why.kind.tunnel": ("トンネル", "a tunnel"),
    "why.kind.elevator": ("エレベーター", "an elevator"),
    "why.named": ("{kind}（{name}）", "{kind} ({name})"),
    # The straight line
    "why.detour": (
        "まっすぐなら{straight}ですが、道のりは{times}倍です。",
        "As the crow flies it is {straight}; on foot {times} times that.",
    ),
    "why.found.no_street": (
        "まっすぐ行くと、{start}から{length}のあいだ、近くに歩ける道がありません。",
        "Straight on, {start}, there is no street to walk near the line for {length}.",
    ),
    "why.found.break": (
        "まっすぐ行くと、{start}から{length}のあいだを渡る道が近くになく、歩くと{around}かかります{streets}。",
        "Straight on, {start}, no street near leads over a stretch of {length}: on foot it takes {around}{streets}.",
    ),
    "why.start.here": ("ここ", "from here on"),
    "why.start.ahead": ("{ahead}先", "after {ahead}"),
    "why.found.streets": ("（{first}と{last}のあいだ）", " (between {first} and {last})"),
    "why.found.barrier": (
        "まっすぐの線は、{start}で「{name}」にさえぎられます。",
        "Straight on, {start}, the line meets {name}.",
    ),
    # What would have to change
    "why.change.limit": (
        "歩く範囲を{limit}まで広げると、届きます。",
        "With a limit of {limit} it would be within reach.",
    ),
    "why.change.walker": (
        "「{label}」の歩き方なら、届きます。",
        "At the walking profile {label} it is within reach.",
    ),
    "why.change.upgrade": (
        "「{name}」（{schedule}、歩いて{walk}）が{frequency}になれば、届きます。",
        "If {name} ({schedule}, {walk} on foot) became {frequency}, it would be within reach.",
    ),
    "why.change.together": (
        "{names}を合わせると、毎週どこかに場があります。",
        "{names} together meet every week.",
    ),
    "why.change.alternating": (
        "{names}が週をずらして開けば、合わせて毎週になります。",
        "If {names} took turns, they would together meet every week.",
    ),
    "why.change.stopped.suspended": (
        "休止中の「{name}」（歩いて{walk}）が再開すれば、届きます。",
        "If {name} ({walk} on foot), which is suspended, met again, it would be within reach.",
    ),
    "why.change.stopped.closed": (
        "終了した「{name}」（歩いて{walk}）の場所でまた開けば、届きます。",
        "If a place opened again where {name} was ({walk} on foot), it would be within reach.",
    ),
    "why.change.stopped.not_qualifying": (
        "「{name}」（歩いて{walk}）が要件を満たせば、届きます。",
        "If {name} ({walk} on foot) met the requirements, it would be within reach.",
    ),
    "why.change.path": (
        "{begins}{to_street}へ、まっすぐ{path}の通り道があれば、{saved}近くなって届きます。",
        "With a straight path of {path} {begins} to {to_street}, the walk is {saved} shorter and within reach.",
    ),
    "why.change.path_only": (
        "{begins}{to_street}へ、まっすぐ{path}の通り道があれば、{saved}近くなりますが、まだ届きません。",
        "A straight path of {path} {begins} to {to_street} would save {saved}, which is not enough.",
    ),
    "why.begins.point": ("ここから", "from here"),
    "why.begins.street": ("前の道{street}から", "from the street in front{street}"),
    "why.begins.dead_end": ("近くの行き止まり{street}から", "from the dead end nearby{street}"),
    "why.street": ("（{name}）", " ({name})"),
    "why.a_street": ("近くの道", "a street nearby"),
    "why.and": ("と", " and "),
    # The command and the page
    "cli.why": (
        "地図のひとつの地点から、いちばん近い場までの道のりと、届くために何を変えればよいかを調べる",
        "say how far the nearest places are from one point, and what would bring them within reach",
    ),
    "cli.why.lon": ("経度（139.97 など）", "longitude (such as 139.97)"),
    "cli.why.lat": ("緯度（35.86 など）", "latitude (such as 35.86)"),
    "cli.why.frequency": (
        "頻度 monthly、weekly、permanent",
        "how often: monthly, weekly or permanent",
    ),
    "cli.why.profile": ("歩き方（なければ計算の条件）", "walking profile (else the result's own)"),
    "cli.why.limit_m": ("歩く範囲（m）", "walking limit in metres"),
    "cli.why.limit_min": ("歩く範囲（分）", "walking limit in minutes"),
    "why.title": ("{areas}から歩くと", "On foot from {areas}"),
    "why.here": ("ここ", "here"),
    "why.column.frequency": ("頻度", "how often"),
    "why.column.name": ("いちばん近い場", "nearest place"),
    "why.column.walk": ("道のり", "walk"),
    "why.column.straight": ("まっすぐ", "straight"),
    "why.column.climb": ("上り", "climb"),
    "why.column.steps": ("階段", "steps"),
    "why.column.within": ("範囲内", "within"),
    "why.yes": ("はい", "yes"),
    "why.no": ("いいえ", "no"),
}
