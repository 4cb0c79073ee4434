"""The words of plans. Key → (Japanese, English)."""

PLAN_PHRASES: dict[str, tuple[str, str]] = {
    "plan.class.monthly": ("月1型", "monthly"),
    "plan.class.weekly": ("週1型", "weekly"),
    "plan.class.permanent": ("常設型", "permanent"),
    "plan.class.unknown": ("開催日のわからない場", "irregular"),
    "plan.point": ("会場未定（{area}）", "venue to be found ({area})"),
    "plan.nowhere": ("区域外", "outside all areas"),
    # What is in a plan
    "plan.sentence": (
        "{count}か所で、新たに{age_group}{newly}が歩いて{limit}以内になります（{before}→{after}）",
        "{count} changes bring {newly} more residents {age_group} within a {limit} walk ({before} → {after})",
    ),
    "plan.sentence.seats": (
        "そのうち席があるのは{seats}です（参加率{participation}）",
        "there are seats for {seats} of those who come ({participation} take part)",
    ),
    "plan.cost": (
        "費用の上限: 初年度{first}、翌年から年{yearly}",
        "cost ceiling: {first} in the first year, {yearly} a year after",
    ),
    "plan.proof.optimal": ("最適であることを確認済み", "proven to be the best"),
    "plan.proof.gap": ("最適との差は最大{gap}", "at most {gap} from the best"),
    "plan.proof.open": (
        "時間内に最適との差を確かめられませんでした",
        "how far it is from the best was not found in time",
    ),
    "plan.proof.cancelled": (
        "途中で止めました。最適との差は最大{gap}",
        "stopped; at most {gap} from the best",
    ),
    "plan.proof.infeasible": (
        "すべての条件を満たす計画はありません",
        "no plan keeps to all rules",
    ),
    "plan.proof.unknown": (
        "時間内に計画が見つかりませんでした。時間を延ばすか条件をゆるめてください",
        "no plan was found in time; allow more time or loosen the rules",
    ),
    # What would have to give
    "plan.relax.targets": (
        "ほかの条件のままでは、目標{count}か所のうち{met}か所まで",
        "under the other rules, {met} of {count} targets can be met",
    ),
    "plan.relax.targets.budget": (
        "この予算では、目標{count}か所のうち{met}か所まで",
        "with this budget, {met} of {count} targets can be met",
    ),
    "plan.relax.unmet": ("満たせない目標: {names}", "not met: {names}"),
    "plan.relax.budget": (
        "すべての条件には、初年度に{yen}が必要です",
        "all rules need {yen} in the first year",
    ),
    "plan.relax.most": ("すべての条件には、{count}か所が必要です", "all rules need {count} places"),
    "plan.relax.reach": (
        "ほかの条件のままで届くのは、最大で{share}です",
        "under the other rules, {share} can be reached at most",
    ),
    "plan.relax.none": (
        "条件を1つゆるめるだけでは足りません。2つ以上を見直してください",
        "loosening one rule is not enough; look at two or more",
    ),
    "plan.relax.closest": (
        "下の一覧は、目標をできるだけ多く満たす案です",
        "the list below meets as many targets as can be met",
    ),
    # Reasons of one choice
    "plan.reason.upgrade": ("いまの{now}を{wanted}にすると", "if this {now} place became {wanted}"),
    "plan.reason.open": ("ここに{wanted}の場を開くと", "if a {wanted} place opened here"),
    "plan.reason.gain": (
        "{how}、新たに{age_group}{people}{older}が歩いて{limit}以内になります",
        "{how}, {people} more residents {age_group}{older} would be within a {limit} walk",
    ),
    "plan.reason.none": (
        "{how}、新たに届く人は増えませんが、目標を満たします",
        "{how}, nobody is newly reached, but a target is met",
    ),
    "plan.reason.marginal": (
        "この場がないと、ほかの場では{people}に届きません",
        "without it the others would miss {people}",
    ),
    "plan.reason.units": ("新たに届くのは{units}の住民です", "they live in {units}"),
    "plan.reason.units.more": ("{units}など{count}か所", "{units} and others, {count} in all"),
    "plan.reason.cost": (
        "費用の上限は初年度{yen}（新たに届く1人あたり{each}）",
        "at most {yen} in the first year ({each} for each newly reached)",
    ),
    "plan.reason.overlap": (
        "範囲の住民の{share}には、すでに場があります",
        "{share} of the residents in range have a place already",
    ),
    "plan.reason.free": ("空いている時間: {slots}", "free: {slots}"),
    "plan.reason.rent": ("家賃 月{yen}", "rent {yen} a month"),
    "plan.reason.hazard": ("{names}の中にあります", "it lies in: {names}"),
    "plan.reason.must": (
        "{council}が必ず入れるとした場所です",
        "{council} must have it",
    ),
    "plan.reason.check": ("{what}は確認が必要です", "to be checked: {what}"),
    "plan.reason.point": (
        "会場はこれから探します。印は道の上の目安です",
        "the venue is to be found; the sign marks a point on the street",
    ),
    "plan.check.barrier_free": ("バリアフリー", "barrier-free access"),
    "plan.check.availability": ("空き時間", "when it is free"),
    "plan.hidden": ("の人（人数は公表しません）", "(number not published)"),
    "plan.few": ("{count}人未満", "fewer than {count}"),
    # What else
    "plan.alternative": (
        "案{number}: 新たに届く人{newly}、初年度{yen}。{changes}",
        "plan {number}: {newly} newly reached, {yen} in the first year; {changes}",
    ),
    "plan.alternative.in": ("加わる: {names}", "in: {names}"),
    "plan.alternative.out": ("外れる: {names}", "out: {names}"),
    "plan.transport": (
        "{area}（{age_group}{people}）: どこに開いても歩いて届きません。{shared}",
        "{area} ({people} residents {age_group}): no site can gather enough on foot; {shared}",
    ),
    "plan.transport.site": (
        "合同で使うなら「{site}」（平均{walk}）が最も多くの人に近い場所です",
        "of the sites, {site} is near to most of them (mean walk {walk})",
    ),
    "plan.transport.none": (
        "道でつながる候補の場所がありません",
        "no candidate site is joined by streets",
    ),
    "plan.transport.stop": (
        "最寄りの停留所: {stop}（歩いて{walk}）",
        "nearest stop: {stop} ({walk} on foot)",
    ),
    # What has changed since
    "plan.stale.data": (
        "元のデータが計画を作ったときから変わりました",
        "the data have changed since the plan was made",
    ),
    "plan.stale.registry": (
        "場や会場の台帳が変わりました（場 {before}→{after}か所）",
        "the registry of places and venues has changed (places {before} → {after})",
    ),
    "plan.stale.edits": (
        "道の修正が変わりました（版{before}→{after}）",
        "the street edits have changed (version {before} → {after})",
    ),
    "plan.stale.parameters": (
        "計算の条件が変わりました",
        "the parameters have changed",
    ),
    # Steps
    "step.plan.read": ("場と道を読んでいます", "reading places and streets"),
    "step.plan.candidates": ("候補地を集めています", "gathering candidates"),
    "step.plan.walks": ("候補地までの道のりを計算しています", "computing walks to candidates"),
    "step.plan.solve": ("最もよい組み合わせを探しています", "looking for the best choice"),
    "step.plan.check": ("道の上で確かめています", "checking on the streets"),
    "step.plan.more": ("ほかの案を探しています", "looking for other plans"),
    "step.plan.stability": ("条件を変えて確かめています", "checking under other conditions"),
    "step.plan.write": ("書いています", "writing"),
    "step.plan.done": ("できました", "done"),
    # Tables and page
    "plan.title": ("計画 {name}", "Plan {name}"),
    "plan.table.rank": ("順", "rank"),
    "plan.table.venue": ("場所", "place"),
    "plan.table.action": ("すること", "action"),
    "plan.table.newly": ("新たに届く人", "newly reached"),
    "plan.table.marginal": ("この場だけ", "only by it"),
    "plan.table.cost": ("初年度の上限", "first-year ceiling"),
    "plan.table.each": ("1人あたり", "per person"),
    "plan.table.overlap": ("重なり", "overlap"),
    "plan.table.stays": ("変わらない割合", "stays in"),
    "plan.action.upgrade": ("{now}→{wanted}", "{now} → {wanted}"),
    "plan.action.open": ("{wanted}を開く", "open, {wanted}"),
    "plan.table.year": ("年", "year"),
    "plan.table.year_yen": ("その年の上限", "ceiling of the year"),
    "plan.year": ("{number}年目", "year {number}"),
    "plan.table.plan": ("計画", "plan"),
    "plan.table.made": ("作成", "made"),
    "plan.table.proof": ("確認", "proof"),
    "plan.table.stale": ("その後の変化", "changed since"),
    "plan.none": ("計画はまだありません", "there are no plans yet"),
    "plan.written": ("{path} に書きました", "written to {path}"),
    "plan.table.variant": ("条件を変えると", "under other conditions"),
    "plan.table.shared": ("同じ選択", "same choices"),
    "plan.table.lost": ("この案の差", "falls short by"),
    "plan.page.kicker": ("歩いていける場の計画", "Plan of places within walking distance"),
    "plan.page.ranked": ("どこに、どの順で", "Where, and in which order"),
    "plan.page.map": (
        "歩いて届く範囲（緑の網）と新しい場（★）",
        "Walking catchments (green) and new places (★)",
    ),
    "plan.page.alternatives": ("ほとんど同じくらいよい案", "Plans that are nearly as good"),
    "plan.page.years": ("開く順番と年ごとの費用", "Order of opening, and the cost of each year"),
    "plan.stability.not": ("{names}では選ばれません", "not chosen under: {names}"),
    "plan.page.stability": (
        "条件を変えても選ばれるか",
        "Would they be chosen under other conditions?",
    ),
    "plan.page.transport": ("歩いて届く場をつくれない地区", "Units that need transport"),
    "plan.page.targets": ("目標: {met}か所 / {count}か所", "Targets: {met} of {count}"),
    "plan.page.assumptions": ("前提", "Assumptions"),
    "plan.page.ceiling": (
        "費用は補助の上限です。実際の費用ではありません（{origin}）",
        "costs are subsidy ceilings, not what will be spent ({origin})",
    ),
    "plan.page.capacity": (
        "定員の不明な会場は、面積÷{m2}m²を定員とします（{origin}）",
        "where capacity is not known it is the floor area by {m2} m² ({origin})",
    ),
    "plan.page.people": (
        "人数は{age_group}の推計で、{small}人未満は示しません",
        "counts are estimates of residents {age_group}; below {small} they are not shown",
    ),
    "plan.page.council": (
        "{council}の住民と候補地だけを見ています",
        "only residents and candidates of {council}",
    ),
    "plan.page.left_out": (
        "{council}は次を選ばないとしています: {names}",
        "{council} will not have: {names}",
    ),
    "plan.page.changed": ("この計画を作ったあとの変化", "Changed since this plan was made"),
    # Command line
    "cli.plan": (
        "次にどこで開くか、どの場を増やすか、証明つきの計画を作る",
        "make a plan: where to open next, what to upgrade, with a proof",
    ),
    "cli.plan.ask": ("条件のファイル（TOML か JSON）", "file of the question (TOML or JSON)"),
    "cli.plan.most": ("多くてもこの数まで", "at most so many"),
    "cli.plan.budget": ("初年度の予算（円）", "budget of the first year (yen)"),
    "cli.plan.objective": (
        "目標。大事な順に何度でも: most_reached, worst_unit_first, fewest_places, cheapest, shortest_walk, backup, most_targets",
        "goal, by importance, repeatable: most_reached, worst_unit_first, fewest_places, cheapest, shortest_walk, backup, most_targets",
    ),
    "cli.plan.target": (
        "プロファイルの目標を条件にする（monthly、weekly、permanent）",
        "make a target of the profile a rule (monthly, weekly, permanent)",
    ),
    "cli.plan.council": ("協議体か地域の名前", "name of a council or its area"),
    "cli.plan.points": ("会場未定の点の数", "number of points without a venue"),
    "cli.plan.must": ("必ず選ぶ候補地", "candidate that must be chosen"),
    "cli.plan.must_not": ("選ばない候補地", "candidate that must not be chosen"),
    "cli.plan.k": ("ほとんど同じくらいよい案の数", "number of near-equal plans"),
    "cli.plan.years": ("年数。初年度の予算を毎年使う", "years, each with the same budget"),
    "cli.plan.stability": ("条件を変えて確かめる", "check under other conditions"),
    "cli.plan.time": ("探す時間の上限（秒）", "time limit of the search (seconds)"),
    "cli.plan.reach": ("少なくともこの割合（％）に届く", "reach at least so many per cent"),
    "cli.plans": ("作った計画の一覧", "list the plans"),
    "plan.years_budget": (
        "--years には --budget-yen も必要です",
        "--years needs --budget-yen as well",
    ),
}
