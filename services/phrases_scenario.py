"""The words of scenarios, decisions and each area's share: key → (Japanese, English)."""

SCENARIO_PHRASES: dict[str, tuple[str, str]] = {
    # What a scenario would do
    "scenario.newly": (
        "{name}では、{age_group}の{newly}が新たに、歩いて{limit}以内の週1以上の場に届きます",
        "With {name}, {newly} residents {age_group} newly have a weekly place within a {limit} walk",
    ),
    "scenario.newly_and_lost": (
        "{name}では、{age_group}の{newly}が新たに、歩いて{limit}以内の週1以上の場に届き、{lost}が届かなくなります",
        "With {name}, {newly} residents {age_group} newly have a weekly place within a {limit} walk, {lost} no longer do",
    ),
    "scenario.hidden": (
        "{name}で届くようになる・届かなくなる{age_group}の人数は、少ないため示しません（歩いて{limit}以内）",
        "With {name}, too few residents {age_group} come within a {limit} walk, or no longer do, to be shown",
    ),
    "scenario.nobody": (
        "{name}：この年齢（{age_group}）の住民がいません",
        "{name}: no residents {age_group}",
    ),
    "scenario.cost": (
        "費用は上限で、いまより年{per_year}、はじめに一度だけ{once}です",
        "It costs at most {per_year} more a year, and {once} once",
    ),
    "scenario.cost.less": (
        "費用は上限で、いまより年{per_year}少なく、はじめに一度だけ{once}です",
        "It costs at most {per_year} less a year, and {once} once",
    ),
    "scenario.cost.unknown": (
        "補助の上限が示されていないので、費用はわかりません",
        "The profile gives no subsidy ceilings, so nothing is said of the cost",
    ),
    "scenario.worst": (
        "{layer}でいちばん低いのは、いま{before}（{before_share}）、この案では{after}（{after_share}）です",
        "{layer}: the lowest is {before} ({before_share}) today, {after} ({after_share}) then",
    ),
    "scenario.stale": (
        "※ {name}を作ったあとに{what}が変わっています。いまのデータで計算しました",
        "※ since {name} was made, {what} changed; it is computed on the data of today",
    ),
    "scenario.stale.data": ("もとのデータ", "the data"),
    "scenario.stale.parameters": ("計算の条件", "the parameters"),
    "scenario.stale.registry": ("場と会場の台帳", "the registry of places and venues"),
    "scenario.stale.edits": ("道の修正", "the edits of the streets"),
    "scenario.new_place": ("新しい場{number}", "new place {number}"),
    "scenario.class.permanent": ("常設", "permanent"),
    "scenario.class.weekly": ("週1", "weekly"),
    "scenario.class.monthly": ("月1", "monthly"),
    "scenario.class.unknown": ("月1未満・不明", "less than monthly or unknown"),
    "scenario.unsnapped.too_far": (
        "{limit}m以内に歩ける道がありません。位置を直してください",
        "there is no walkable street within {limit} m; correct the position",
    ),
    "scenario.unsnapped.isolated": (
        "近くの道はほかの道とつながっていません。位置を直してください",
        "the street nearby leads nowhere else; correct the position",
    ),
    "scenario.unsnapped.no_network": ("道がひとつもありません", "there are no streets at all"),
    "scenario.unsnapped.no_coordinates": ("位置がわかりません", "its position is not known"),
    "scenario.unsnapped.barrier": (
        "道までの間に通れない線があります。位置か線を直してください",
        "a barrier is between it and its street; correct the position or the barrier",
    ),
    "scenario.unsnapped.closed": (
        "面する道が通れなくなっています。位置を直してください",
        "its street is closed; correct the position",
    ),
    # Decisions
    "decision.status.proposed": ("提案", "proposed"),
    "decision.status.discussed": ("協議中", "discussed"),
    "decision.status.adopted": ("採用", "adopted"),
    "decision.status.rejected": ("不採用", "rejected"),
    "decision.no_venue": ("会場未定", "venue to be found"),
    # Each area's share of the targets
    "share.title": ("あなたの地域の分", "Your area's share"),
    "share.head.target": ("市の目標", "target of the municipality"),
    "share.head.share": ("この地域の分", "share"),
    "share.head.existing": ("いまある", "there today"),
    "share.head.planned": ("計画中", "planned"),
    "share.head.missing": ("あと", "to go"),
    "share.unit.areas": ("区域", "areas"),
    "share.unit.places": ("か所", "places"),
    "share.approximate": ("{label}（およそ）", "{label} (approximately)"),
    "share.elsewhere": ("どの協議体の区域でもないところ", "in no council's area"),
    "share.missing": (
        "{area}の分は「{label}」のうち{share}{unit}です。いま{existing}{unit}、計画中{planned}{unit}、あと{missing}{unit}です",
        "{area}: its share of “{label}” is {share} {unit}; {existing} there today, {planned} planned, {missing} to go",
    ),
    "share.reached": (
        "{area}の分は「{label}」のうち{share}{unit}です。いま{existing}{unit}、計画中{planned}{unit}で、足りています",
        "{area}: its share of “{label}” is {share} {unit}; {existing} there today, {planned} planned, nothing to go",
    ),
}
