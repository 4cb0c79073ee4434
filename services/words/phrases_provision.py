"""The words of seats, second places and cross-tables. Key → (Japanese, English)."""

PROVISION_PHRASES: dict[str, tuple[str, str]] = {
    "provision.nobody": (
        "{age_group}の住民がいません",
        "no residents {age_group} live here",
    ),
    "provision.seats": (
        "{frequency}の場は、{age_group}1,000人に{per_1000}か所。席は週に{seats}人分で、目標の参加には{needed}人分が要ります",
        "{per_1000} {frequency} places per 1,000 residents {age_group}; they have {seats} seats a week, the target of participation needs {needed}",
    ),
    "provision.ways": (
        "{age_group}のうち、歩いて{limit}以内の場に席がある人 {served}、場はあるが席が足りない人 {over_capacity}、場がない人 {outside}",
        "residents {age_group}: {served} with room in a place within a {limit} walk, {over_capacity} near a place that is full, {outside} without any place",
    ),
    "provision.missing": (
        "足りない席は週に{missing}人分（{frequency}の場なら、あと{places}か所ほど）",
        "{missing} seats a week are missing: about {places} further {frequency} places",
    ),
    "provision.participants": (
        "今の場に歩いて来ると見込まれるのは{low}から{high}（遠いほど来なくなる度合いの、2つの仮定による幅）",
        "between {low} and {high} can be expected to walk to the places of today: two assumptions on how participation falls with distance",
    ),
    "provision.assumed": (
        "場のうち{assumed}か所は、定員も広さもわからないため、席の数は仮定です",
        "of {assumed} of the places neither capacity nor floor area is known: their seats are assumed",
    ),
    "inequality.sentence": (
        "{frequency}の場に歩いて行ける人の割合は、{unit}によって{least}から{most}（{units}区域）。いちばん届いていない1割の人（{age_group}）では{worst}です（ジニ係数{gini}）",
        "the share of residents {age_group} with a {frequency} place in walking distance goes from {least} to {most} between {units} areas ({unit}); for the worst-served tenth it is {worst} (Gini {gini})",
    ),
    "resilience.lost": (
        "「{name}」：ここがなくなると、{lost}（{age_group}）が歩いて行ける週1の場を失います。{kept}には、ほかにも週1の場があります",
        "“{name}”: if it closes, {lost} residents {age_group} lose the last weekly place that they can walk to; {kept} have another one",
    ),
    "resilience.nobody": (
        "「{name}」：ここがなくなっても、歩いて行ける週1の場を失う人（{age_group}）はいません",
        "“{name}”: if it closes, no resident {age_group} loses the last weekly place within a walk",
    ),
    "resilience.hidden": (
        "人数が少ないため、数字は非公開です",
        "the numbers are too small to be shown",
    ),
    "resilience.backup": (
        "{age_group}の{share}は、どの場がひとつなくなっても、歩いて{limit}以内に週1の場が残ります。{alone}は、ひとつの場だけが頼りです",
        "{share} of residents {age_group} keep a weekly place within a {limit} walk whichever single place closes; {alone} depend on one place",
    ),
    "crosstab.sentence": (
        "{row}の{part}（{age_group}）が{column}に住んでいます。そのうち{share}が、歩いて{limit}以内に{frequency}の場があります",
        "{part} of the residents {age_group} of {row} live in {column}; {share} of them have a {frequency} place within a {limit} walk",
    ),
    "crosstab.title": (
        "{rows} × {columns}（{age_group}、歩いて{limit}以内の{frequency}の場）",
        "{rows} × {columns} (residents {age_group}, {frequency} places within a {limit} walk)",
    ),
    "crosstab.hidden": (
        "※ {n}のます目は、人数が少ないものとそこから引き算でわかるもので、非公開です",
        "※ {n} cells are not public: few people, or cells that would give those away by subtraction",
    ),
    "cli.crosstab": (
        "2つの区分を組み合わせた表（入れ子にならない町会と学区など）を書く",
        "write the table of two layers that do not nest (neighbourhoods by school districts)",
    ),
    "cli.crosstab.rows": (
        "行の区分（なければ空白を見る単位）",
        "layer of the rows (else the units)",
    ),
    "cli.crosstab.columns": (
        "列の区分（なければ協議体の区域）",
        "layer of the columns (else the councils')",
    ),
    "cli.crosstab.frequency": (
        "場の頻度: monthly、weekly、permanent",
        "frequency of the places: monthly, weekly, permanent",
    ),
    "cli.crosstab.age": ("年齢（なければ計算の条件）", "age group (else the run's)"),
    "cli.crosstab.out": ("書くCSVファイル", "CSV file to write"),
}
