"""The reasons of the intake in words: code of an entry → (Japanese, English)."""

REASONS: dict[str, tuple[str, str]] = {
    "area_without_row": ("人口の表に行がない区域", "areas without a row of residents"),
    "assumed_schedule": ("開催日の一部を仮定した場", "places whose schedule is partly assumed"),
    "border_mesh": (
        "境界にまたがるメッシュ（面積の割合で数える）",
        "meshes across the border, counted by their share",
    ),
    "claim_not_used": ("使えない町会の行", "rows of neighbourhoods that cannot be used"),
    "class_conflict": (
        "型が開催日と合わない場",
        "places whose typed class contradicts the schedule",
    ),
    "class_unread": ("型が読み取れない場", "places whose typed class is not known"),
    "columns_recognised": ("見出しから意味を判断した列", "columns taken by their meaning"),
    "council_without_borders": (
        "境界データのない協議体",
        "councils whose area has no open borders",
    ),
    "dates_conflict": ("開設日と閉所日が合わない場", "places that closed before they opened"),
    "divided_by_halls": ("最も近い会館で分けた区域", "areas divided by the nearest hall"),
    "divided_by_lots": ("最も近い番地で分けた区域", "areas divided by the nearest lot"),
    "dotted_thousands": ("「.」を桁区切りとして読んだ値", "counts whose dots part thousands"),
    "duplicate": ("重複（1つとして数える）", "duplicates, counted once"),
    "estimated_age_group": ("高齢化率をかけた推定", "residents estimated by a rate"),
    "estimated_borders": ("推定の境界", "estimated borders"),
    "formula": ("式になる文字列（文字として扱う）", "cells that would be formulas, kept as text"),
    "hazards_elsewhere": (
        "市域とその周囲の外の危険な区域",
        "areas of danger outside the municipality",
    ),
    "impossible_elevation": ("ありえない標高", "elevations that cannot be"),
    "impossible_footprint": ("ありえない建築面積", "footprints that cannot be"),
    "impossible_steps": ("ありえない段数の階段", "flights whose number of steps cannot be"),
    "impossible_storeys": ("ありえない階数", "numbers of storeys that cannot be"),
    "inhabited_parts": (
        "飛び地のうち人が住む部分",
        "areas in parts, lived in where their points are",
    ),
    "isolated": ("ほかとつながらない道", "streets that lead nowhere"),
    "level_street": (
        "標高がわからず平らとみなす道",
        "streets of unknown height, taken as level",
    ),
    "line_to_polygon": ("閉じた線を境界とした区域", "areas drawn as a closed line"),
    "located_by_area": (
        "住所の町名から位置を決めた場（おおよそ）",
        "places located by the area in the address",
    ),
    "located_by_venue": ("会場名から位置を決めた場", "places located by the name of the venue"),
    "marks": ("目に見えない文字を除いた値", "cells with invisible signs taken out"),
    "mesh_nobody": (
        "メッシュでは住む人のいない区域（床面積だけで割り振る）",
        "areas where the meshes know of nobody, divided by floor area alone",
    ),
    "mesh_square_missing": (
        "ファイルにない1次メッシュ",
        "80 km squares that are in no file of meshes",
    ),
    "mesh_total_differs": (
        "メッシュの合計と区域の合計の差（区域の合計を使う）",
        "meshes whose total differs from that of the areas, which holds",
    ),
    "merged_from_outside": (
        "ファイルにないメッシュを含む人数",
        "counts that include meshes of no file",
    ),
    "missing_nodes": ("点が足りないため切った道", "streets cut where the file lacks nodes"),
    "near_miss": (
        "隣の道の手前で途切れている道の端",
        "street ends that stop short of another street",
    ),
    "near_miss_joined": ("隣の道につないだ道の端", "street ends joined to the street nearby"),
    "negative_height": ("負の高さ", "negative heights"),
    "no_borders": ("境界データのない層", "layers without open borders"),
    "no_coordinates": ("緯度・経度がない", "without coordinates"),
    "no_elevation": ("標高のデータがない", "without elevation"),
    "no_footprint": ("建築面積がない", "without a footprint"),
    "no_name": ("名称がない", "without a name"),
    "no_polygon": ("面がない", "without a polygon"),
    "no_rows": ("データの行がない", "no row in the file"),
    "not_asked": ("対象外", "not asked for"),
    "not_finite": ("座標が数でない", "coordinates that are no numbers"),
    "not_walkable": ("歩いて通れない道", "streets closed to walkers"),
    "older_than_total": ("65歳以上が総人口より多い", "more residents aged 65+ than in all"),
    "older_version": ("前の版で代えた層", "layers whose earlier version stands in"),
    "other_count": ("資料と数が違う層", "layers with another number than the documents"),
    "outside": ("市域とその周囲の外", "outside the municipality and its surroundings"),
    "outside_japan": ("日本の外", "outside Japan"),
    "overlap": ("重なる区域", "overlapping areas"),
    "owner_without_area": ("区域のない町会", "neighbourhoods without an area"),
    "perhaps_duplicate": ("同じ場かもしれない（どちらも残す）", "perhaps the same, both kept"),
    "placed_at_point": ("代表点に置いた住民", "residents placed at their area's point"),
    "polygon_part": ("面だけを使った区域", "areas of which only the polygons are used"),
    "position_dms": ("度・分・秒で書かれた位置", "positions in degrees, minutes and seconds"),
    "position_plane": ("平面直角座標で書かれた位置", "positions in plane coordinates"),
    "position_swapped": ("経度と緯度の入れ替え", "longitude and latitude put right"),
    "reader_warning": ("形式の決まりとの違い", "deviations from the file's format"),
    "repaired_polygon": ("境界線の交差を修復した区域", "areas whose border was repaired"),
    "rotating_venues": ("日替わりの会場", "programmes at rotating venues"),
    "rotation_unread": ("日替わりの会場が読み取れない場", "rotating venues that cannot be read"),
    "shared": (
        "いくつもの町会に属し、分けられない区域",
        "areas of several neighbourhoods that cannot be divided",
    ),
    "site_without_area": ("最も近い土地のない地点", "sites that no land is nearest to"),
    "small_building": (
        "人が住むには小さい建物",
        "buildings too small to live in",
    ),
    "status_conflict": (
        "状態と閉所日が合わない場",
        "places whose status contradicts the closing date",
    ),
    "summed": ("同じ区域の行を合計", "rows of one area, added"),
    "suppressed": ("秘匿された値", "suppressed counts"),
    "suppressed_interval": ("幅として扱う秘匿された人数", "hidden counts, kept as an interval"),
    "swapped": ("経度と緯度が逆", "longitude and latitude swapped"),
    "target_missing": ("合算先がファイルにないメッシュ", "meshes added to one that is in no file"),
    "to_confirm": ("位置の確認が必要", "positions to be confirmed"),
    "stops_elsewhere": ("市域とその周囲の外のバス停", "bus stops outside the municipality"),
    "too_few_nodes": ("点が足りない道", "streets with too few nodes"),
    "too_long": ("長すぎる開催日", "schedules that are too long"),
    "two_names": ("名前が複数ある区域", "areas with several names"),
    "unioned": ("1つにまとめた区域", "parts joined to one area"),
    "unit_without_area": ("どの区域にも入らない単位", "units that belong to no area"),
    "unknown_area": ("知らない区域", "unknown areas"),
    "unknown_schedule": (
        "開催日から頻度がわからない場",
        "places whose schedule gives no frequency",
    ),
    "unknown_status": (
        "状態がわからない場（活動中として扱う）",
        "places of unknown status, taken as active",
    ),
    "unknown_usage": ("用途のわからない建物", "buildings of unknown use"),
    "unknown_unit": ("知らない単位", "unknown units"),
    "unmatched_name": ("地図に見つからない地区", "areas of the table that are not on the map"),
    "unnamed_area": ("名前のない区域", "areas without a name"),
    "unread_attribute": ("読み取れない値", "cells that cannot be read"),
    "unread_date": ("日付として読めない値", "dates that are none"),
    "unsnapped": ("近くに歩ける道がない", "no walkable street nearby"),
    "without_owner": ("町会の表にない区域", "areas that no neighbourhood names"),
}


def reason(code: str, lang: str) -> str:
    """Return what a code stands for; a code without words stands for itself."""
    words = REASONS.get(code)
    return code if words is None else words[0 if lang == "ja" else 1]


STATES: dict[str, tuple[str, str]] = {
    "known": ("既知", "Known"),
    "partial": ("一部", "Partial"),
    "unknown": ("不明", "Unknown"),
}
