"""The words of what if. Key → (Japanese, English)."""

WHATIF_PHRASES: dict[str, tuple[str, str]] = {
    "whatif.title": (
        "もしこうしたら：歩いて届く人（{age_group}）",
        "What if: residents {age_group} who can walk to a place",
    ),
    "whatif.frequency": ("頻度", "frequency"),
    "whatif.limit": ("範囲", "limit"),
    "whatif.before": ("いま", "now"),
    "whatif.after": ("変えたあと", "after"),
    "whatif.gained": ("増", "gained"),
    "whatif.lost": ("減", "lost"),
    "whatif.monthly": ("月1以上", "monthly or more"),
    "whatif.weekly": ("週1以上", "weekly or more"),
    "whatif.permanent": ("常設", "permanent"),
    "whatif.few": ("少数", "few"),
    "whatif.no_places": ("場がひとつもなくなります", "no places are left"),
    "whatif.areas": (
        "数字の変わる区域: {n}（一覧は --json で）",
        "areas whose figures change: {n} (listed with --json)",
    ),
    "whatif.nothing": (
        "試すことを指定してください（--open、--close、--move、--change）",
        "say what to try: --open, --close, --move or --change",
    ),
    "step.whatif.reach": ("歩く道のりを計算しています", "computing walks"),
    "step.whatif.done": ("できました", "done"),
    "cli.whatif": (
        "場を開く・閉じる・移す・回数を変えるとどうなるかを試す（何も書きかえない）",
        "try what opening, closing, moving or changing places does (nothing is changed)",
    ),
    "cli.whatif.layer": ("区分（なければ協議体の区域）", "layer (else the councils' areas)"),
    "cli.whatif.open": (
        "開く: 会場ID=頻度 または 経度,緯度=頻度（monthly、weekly、permanent、毎週火曜…）",
        "open: VENUE=FREQUENCY or LON,LAT=FREQUENCY (monthly, weekly, permanent, 毎週火曜 …)",
    ),
    "cli.whatif.close": ("閉じる: 場のID", "close: PLACE"),
    "cli.whatif.move": (
        "移す: 場のID=会場ID または 場のID=経度,緯度",
        "move: PLACE=VENUE or PLACE=LON,LAT",
    ),
    "cli.whatif.change": ("回数を変える: 場のID=頻度", "change: PLACE=FREQUENCY"),
}
