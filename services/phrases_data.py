"""The words of the commands about data: profiles, column maps, names that changed."""

DATA_PHRASES: dict[str, tuple[str, str]] = {
    "cli.profile": (
        "自治体のプロファイルを調べる",
        "look at the profiles of municipalities",
    ),
    "cli.profile.check": (
        "プロファイルの誤りをすべて挙げ、合わない数字を示す",
        "name every breach of a profile and show the figures that disagree",
    ),
    "cli.profile.schema": ("書き方をJSON Schemaで出す", "print the JSON Schema of a profile"),
    "cli.profile.list": ("付属のプロファイルの一覧", "list the profiles that come with arukeba"),
    "profile.breaches": ("{path}：誤りが{n}件あります", "{path}: {n} breaches"),
    "profile.ok": ("{name}（{code}）：誤りはありません", "{name} ({code}): no breach"),
    "profile.layers": ("計算する区域：{names}", "computed layers: {names}"),
    "profile.without_borders": ("境界データなし：{names}", "no open borders: {names}"),
    "profile.facts": ("資料の数字：{n}件", "facts: {n}"),
    "profile.conflict": (
        "合わない数字（どちらも残す）{name}：{figures}",
        "disagree, both kept: {name}: {figures}",
    ),
    "profile.or": ("／", " | "),
    "profile.rate": (
        "高齢化率{printed}％は、人数から計算した{computed}％と合いません。facts に計算した値と理由を加えてください",
        "the ageing rate {printed} % is {computed} % by its own counts; add the computed fact with a note",
    ),
    "profile.draft": ("案", "draft"),
    "profile.computed": ("計算", "computed"),
    "profile.page": (" {page}ページ", " p. {page}"),
    "profile.head.code": ("コード", "code"),
    "profile.head.name": ("自治体", "municipality"),
    "profile.head.computed": ("計算する区域", "computed layers"),
    "profile.head.missing": ("境界データなし", "no open borders"),
    "profile.head.facts": ("資料の数字", "facts"),
    "cli.build.map": (
        "列の対応表（arukeba map --save で作ったもの。いくつでも）",
        "column map made with arukeba map --save (may be repeated)",
    ),
    "cli.build.confirmed": (
        "位置を確かめた一覧（to_confirm.csv に 確認 ○ を入れたもの）",
        "list of confirmed positions (to_confirm.csv with 確認 filled in)",
    ),
    "cli.build.registry": (
        "会場と場のデータベースのURL（PostgreSQLなど。なければワークスペースの中のファイル）",
        "URL of the database of venues and places (PostgreSQL …; else a file in the workspace)",
    ),
    "cli.map": (
        "表の列が何を表すかを判断し、対応表として保存する",
        "say what the columns of a table mean, and save it as a column map",
    ),
    "cli.map.file": ("CSV・TSV・Excelの表", "a table: CSV, TSV or Excel"),
    "cli.map.save": ("対応表を書くファイル", "file to write the column map to"),
    "cli.map.encoding": ("文字コード（なければ自動）", "encoding (else recognised)"),
    "map.read": ("{rows}行、見出しは{row}行目です", "{rows} rows; the header is row {row}"),
    "map.layout": ("様式: {title}", "layout: {title}"),
    "map.meaning": ("意味", "meaning"),
    "map.column": ("列", "column"),
    "map.example": ("例", "example"),
    "map.unknown": ("使わない列: {columns}", "columns not used: {columns}"),
    "map.saved": (
        "保存しました: {path}。確かめてから、プロファイルの map か build --map で指定してください",
        "saved: {path}; check it, then name it in the profile's map or with build --map",
    ),
    "map.next": (
        "保存するには: arukeba map {file} --save MAP.toml",
        "to save it: arukeba map {file} --save MAP.toml",
    ),
    "cli.reconcile": (
        "人口の表と区域で名前が合わないものに、区域の案を出す",
        "propose areas for the names of the population table that match none",
    ),
    "cli.reconcile.target": (
        "ワークスペースまたは自治体のプロファイル",
        "a workspace, or a municipality's profile",
    ),
    "cli.reconcile.profile": (
        "案を保存するプロファイル（ワークスペースから始めるとき）",
        "profile to save to, when started from a workspace",
    ),
    "cli.reconcile.save": (
        "案をプロファイルの [population.matches] に保存する",
        "save the proposals into the profile's [population.matches]",
    ),
    "cli.reconcile.at_least": (
        "保存する案の確からしさの下限（0〜1）",
        "least confidence of what is saved (0 to 1)",
    ),
    "reconcile.name": ("表の名前", "name in the table"),
    "reconcile.area": ("区域の案", "proposed area"),
    "reconcile.confidence": ("確からしさ", "confidence"),
    "reconcile.none": ("合わない名前はありません", "every name matches an area"),
    "reconcile.no_profile": (
        "保存先がありません。--profile でプロファイルを指定してください",
        "there is no profile to save to; name it with --profile",
    ),
    "reconcile.saved": ("{count}件を保存しました: {path}", "{count} matches saved: {path}"),
    "reconcile.next": (
        "確からしさ{at_least}以上は{count}件です。保存するには --save を付けてください",
        "{count} have a confidence of {at_least} or more; add --save to save them",
    ),
    "cli.snaps": (
        "住まい・場・会場がどの道にどうつながったかを書き出す（内部用）",
        "write how homes, places and venues join the streets (for internal use)",
    ),
    "cli.snaps.out": (
        "書くファイル .gpkg（なければ WORKSPACE/internal/ の中）",
        "file to write, .gpkg (else in WORKSPACE/internal/)",
    ),
    "cli.snaps.public": (
        "公開できる数と場だけを書く（なければ WORKSPACE/export/ の中）",
        "write only the numbers and places that may be published (else in WORKSPACE/export/)",
    ),
    "snaps.internal": (
        "内部用です。人が住んでいる場所がわかるので、外に出さないでください。公開用は --public で書けます",
        "For internal use: it shows where people live, so do not pass it on; --public writes what may be published",
    ),
    "snaps.public": (
        "公開用です。少ない人数は載せず、住まいの位置は含みません",
        "May be published: small numbers are left out, and no position of a home is in it",
    ),
    "snaps.kind": ("種類", "kind"),
    "snaps.kind.home": ("住まい", "homes"),
    "snaps.kind.place": ("場", "places"),
    "snaps.kind.venue": ("会場", "venues"),
    "snaps.leg": ("道までの距離", "leg to the street"),
    "snaps.class": ("{bounds}m", "{bounds} m"),
    "snap.": ("道につながっている", "joins a street"),
    "snap.no_coordinates": ("位置がわからない", "its position is not known"),
    "snap.no_network": ("歩ける道がひとつもない", "there is no walkable street at all"),
    "snap.isolated": (
        "{limit}以内の道はどれも、ほかの道とつながっていない",
        "the only streets within {limit} lead nowhere",
    ),
    "snap.too_far": ("{limit}以内に歩ける道がない", "no walkable street within {limit}"),
    "snap.barrier": (
        "いちばん近い道との間に障壁がある",
        "a barrier lies between it and the nearest street",
    ),
}
