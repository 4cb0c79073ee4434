"""The words of the command line, its progress, tables and doctor: key → (Japanese, English)."""

COMMAND_LINE: dict[str, tuple[str, str]] = {
    # Progress
    "step.build.layers": ("区域を読んでいます", "reading areas"),
    "step.build.streets": ("道を読んでいます", "reading streets"),
    "step.build.people": ("人口を読んでいます", "reading residents"),
    "step.build.demand": ("人口を建物に割りふっています", "placing residents in buildings"),
    "step.build.snap": ("住まいを道につないでいます", "joining homes to streets"),
    "step.build.places": ("場を読んでいます", "reading places"),
    "step.build.write": ("保存しています", "writing"),
    "step.run.reach": ("歩く道のりを計算しています", "computing walks"),
    "step.run.coverage": ("届いている人を数えています", "counting who is reached"),
    "step.run.gaps": ("空白を調べています", "looking for gaps"),
    "step.run.candidates": ("候補地を選んでいます", "choosing candidates"),
    "step.run.write": ("保存しています", "writing"),
    "step.run.done": ("できました", "done"),
    "step.build.done": ("できました", "done"),
    "step.export.read": ("結果を読んでいます", "reading the result"),
    "step.export.write": ("書き出しています", "writing"),
    "step.export.done": ("書き出しました", "exported"),
    "step.town.ground": ("見本市：川と線路をひいています", "model town: river and railway"),
    "step.town.blocks": ("見本市：道をひいています", "model town: streets"),
    "step.town.buildings": ("見本市：建物をたてています", "model town: buildings"),
    "step.town.people": ("見本市：人口を数えています", "model town: residents"),
    "step.town.files": ("見本市：ファイルを書いています", "model town: files"),
    "step.town.done": ("見本市ができました", "the model town is there"),
    "step.fetch": ("公式のデータを取っています", "getting official files"),
    "step.fetch.done": ("できました", "done"),
    "step.demo.done": ("できました", "done"),
    "step.demo.picture": ("絵をかいています", "drawing the picture"),
    "step.report": ("報告書をつくっています", "writing the report"),
    # Command line
    "cli.help": (
        "週1の通いの場まで歩いていけない人は誰か、次の場はどこがよいか。",
        "Who cannot walk to a weekly gathering place, and where the next one should open.",
    ),
    "cli.epilog": (
        "どの命令にも --lang ja|en、--json、--debug を付けられます。",
        "Every command takes --lang ja|en, --json and --debug.",
    ),
    "cli.lang": ("表示の言語 ja または en", "language of the output: ja or en"),
    "cli.json": (
        "結果をJSONで標準出力に書く（ほかのものは出さない）",
        "write the result as JSON to standard output, and nothing else",
    ),
    "cli.debug": ("エラーの詳細を表示する", "show the traceback of an error"),
    "cli.version": ("版を表示する", "show the version"),
    "cli.demo": (
        "架空の「見本市」で、はじめから終わりまで動かす",
        "run everything on the fictional model town",
    ),
    "cli.demo.out": ("結果を置くフォルダ", "folder of the result"),
    "cli.demo.size": (
        "町の大きさ small（約4万人）または city（約43万人）",
        "size of the town: small (40,000 residents) or city (430,000)",
    ),
    "cli.demo.seed": (
        "乱数の種。同じ種からは同じ町ができる",
        "seed: the same one makes the same town",
    ),
    "cli.build": (
        "自治体のプロファイルからワークスペースをつくる",
        "make a workspace from a municipality's profile",
    ),
    "cli.build.profile": ("自治体のプロファイル（.toml）", "the municipality's profile (.toml)"),
    "cli.build.out": ("ワークスペースにするフォルダ", "folder that becomes the workspace"),
    "cli.build.data": (
        "元データのフォルダ（なければプロファイルの場所）",
        "folder of the source files (else the profile's own)",
    ),
    "cli.fetch": (
        "自治体に必要な公式のデータ（境界・学区・施設・人口）を取ってくる",
        "get the official files (boundaries, districts, facilities, residents) of a municipality",
    ),
    "cli.fetch.code": (
        "市区町村コード5桁（例 12217）",
        "JIS code of the municipality, five digits",
    ),
    "cli.fetch.out": (
        "置くフォルダ（なければ市区町村コードの名前）",
        "folder to put them in (else named like the code)",
    ),
    "cli.fetch.only": (
        "この出典だけ取る（data/boundaries/sources.toml の id。何度でも）",
        "only this source: an id of data/boundaries/sources.toml; may be repeated",
    ),
    "cli.fetch.mirror": (
        "写しを置いた場所の先頭（MIRROR/ホスト名/パス）",
        "beginning of a mirror's addresses: MIRROR/host/path",
    ),
    "cli.fetch.downloaded": (
        "取りました: {id}/{file}（{bytes:,}バイト）",
        "got {id}/{file} ({bytes:,} bytes)",
    ),
    "cli.fetch.kept": ("すでにあります: {id}/{file}", "there already: {id}/{file}"),
    "cli.fetch.missing": ("取れません: {id} {reason}", "could not get {id}: {reason}"),
    "cli.run": (
        "届いている人・空白・候補地を計算する",
        "compute coverage, gaps and candidates",
    ),
    "cli.workspace": ("ワークスペースのフォルダ", "folder of the workspace"),
    "cli.run.limit": ("歩く範囲（m）", "walking limit in metres"),
    "cli.run.profile": (
        "歩き方（プロファイルの walking_profiles の id）",
        "walking profile: an id of the profile's walking_profiles",
    ),
    "cli.export": ("結果をファイルに書き出す", "export the result to files"),
    "cli.export.format": ("形式 geojson、gpkg、csv", "format: geojson, gpkg or csv"),
    "cli.export.out": (
        "書き出すフォルダ（なければ WORKSPACE/export）",
        "folder to write to (else WORKSPACE/export)",
    ),
    "cli.serve": ("地図とAPIをひらく", "serve the map and the API"),
    "cli.serve.host": ("待ち受けるアドレス", "address to listen on"),
    "cli.serve.port": ("待ち受けるポート", "port to listen on"),
    "cli.report": (
        "ひとつの地区の報告書（A4で印刷できるHTML）をつくる",
        "write the report of one area: HTML that prints on A4",
    ),
    "cli.report.area": ("地区の名前またはID", "name or id of the area"),
    "cli.report.layer": (
        "地区の層（なければ協議体の層）",
        "layer of the area (else the councils' layer)",
    ),
    "cli.report.out": (
        "書くファイル（なければ WORKSPACE/reports/ の中）",
        "file to write (else in WORKSPACE/reports/)",
    ),
    "cli.doctor": (
        "必要なものがそろっているか調べる",
        "check what is installed and what is missing",
    ),
    "cli.error.usage": (
        "使い方の誤り: {message}（使い方は: {command} --help）",
        "wrong usage: {message} (see: {command} --help)",
    ),
    "cli.error.lang": (
        "--lang は ja か en です（{given} ではありません）",
        "--lang is ja or en, not {given}",
    ),
    "cli.error.unexpected": (
        "思わぬエラーです（{name}: {message}）。--debug を付けてもう一度実行し、出力を添えて知らせてください",
        "unexpected error ({name}: {message}); run again with --debug and report the output",
    ),
    "cli.error.interrupted": ("中断しました", "interrupted"),
    "cli.error.port": (
        "ポート{port}は使えません（{reason}）。--port で別の番号を指定してください",
        "port {port} cannot be used ({reason}); name another with --port",
    ),
    "cli.error.number": (
        "{option} には0より大きい数を指定してください（{given} ではありません）",
        "{option} must be greater than 0, not {given}",
    ),
    "cli.error.choice": (
        "{option} には {choices} のどれかを指定してください（{given} ではありません）",
        "{option} is one of {choices}, not {given}",
    ),
    "cli.built": ("ワークスペースができました: {path}", "the workspace is ready: {path}"),
    "cli.built.next": ("次は: {command}", "next: {command}"),
    "cli.built.remarks": (
        "読み取りの記録 {entries}件（{path}）",
        "{entries} remarks of the intake ({path})",
    ),
    "cli.wrote": ("書き出しました: {path}", "wrote {path}"),
    "cli.serving": (
        "地図: {url}（やめるには Ctrl-C）",
        "map: {url} (stop with Ctrl-C)",
    ),
    "cli.open_map": ("地図をひらくには", "to open the map"),
    "cli.then_browse": ("そのあとブラウザで", "then browse"),
    "cli.files": ("書き出したもの", "files"),
    # Tables of the result
    "table.gaps": ("{layer}のようす", "{layer}: who has a place"),
    "table.councils": ("{layer}ごと（{age_group}）", "by {layer} (residents {age_group})"),
    "table.candidates": ("候補地 上位{count}", "the first {count} candidates"),
    "table.area": ("地区", "area"),
    "table.people": ("人数", "residents"),
    "table.reached": ("届いている", "reached"),
    "table.unreached": ("届いていない", "not reached"),
    "table.share": ("割合", "share"),
    "table.sign": ("しるし", "sign"),
    "table.meaning": ("意味", "meaning"),
    "table.count": ("数", "number"),
    "table.rank": ("順", "rank"),
    "table.venue": ("会場", "venue"),
    "table.action": ("すること", "action"),
    "table.newly_reached": ("新しく届く人", "newly reached"),
    "table.reasons": ("理由", "reasons"),
    # Doctor
    "doctor.item": ("項目", "item"),
    "doctor.found": ("見つかったもの", "found"),
    "doctor.meaning": ("説明", "meaning"),
    "doctor.ok": ("必要なものはそろっています", "everything needed is installed"),
    "doctor.bad": (
        "足りないものがあります: {names}",
        "something needed is missing: {names}",
    ),
    "doctor.missing": ("ありません", "missing"),
    "doctor.python": (
        "Python 3.11以上が必要です。新しいPythonで環境をつくり直してください",
        "Python 3.11 or newer is needed; make the environment again with a newer one",
    ),
    "doctor.library": (
        "{name} がないか壊れています。入れ直してください: {command}",
        "{name} is missing or broken; install it again: {command}",
    ),
    "doctor.gdal": (
        "GeoPackageなどを読み書きする部品です。pyogrio を入れ直してください",
        "reads and writes GeoPackage and others; install pyogrio again",
    ),
    "doctor.driver": (
        "GDALに {names} の機能がありません。pyogrio を入れ直してください",
        "GDAL lacks {names}; install pyogrio again",
    ),
    "doctor.font": (
        "絵の日本語に使うフォントです。matplotlib-fontja を入れ直してください",
        "the Japanese font of pictures; install matplotlib-fontja again",
    ),
    "doctor.chromium": (
        "なくても動きます。報告書のPDF化と画面のテストに使います（Debianなら: apt-get install chromium）",
        "optional: prints reports to PDF and runs the page's tests (Debian: apt-get install chromium)",
    ),
    "doctor.uv": (
        "なくても動きます。make が自分で用意します",
        "optional: make sets it up by itself",
    ),
}
