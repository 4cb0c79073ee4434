"""Hostile profiles: each is a whole TOML text, or bytes."""

from tests.services.intake.hostile.hamlet import SOURCES, profile_text

WHOLE = profile_text()


def with_path(path: str) -> str:
    """Return the profile with another path (as TOML text) for the residents."""
    return WHOLE.replace('"people.csv"', path)


PROFILES: dict[str, bytes | str] = {
    "empty": b"",
    "binary": bytes(range(256)),
    "cp932": WHOLE.encode("cp932"),
    "utf-16": WHOLE.encode("utf-16"),
    "truncated": WHOLE[: len(WHOLE) // 2],
    "syntax-error": WHOLE + "\n[[[",
    "key-twice": WHOLE.replace('name = "小字"', 'name = "小字"\nname = "小字"'),
    "deep-nesting": "x = " + "[" * 100_000,
    "number-of-10000-digits": WHOLE.replace(
        "profile_version = 1", "profile_version = " + "1" * 10_000
    ),
    "nan-limit": WHOLE.replace("[analysis]", "[analysis]\nwalk_limit_m = nan"),
    "infinite-limit": WHOLE.replace("[analysis]", "[analysis]\nwalk_limit_m = inf"),
    "infinite-margin": WHOLE.replace("isolated_below_m = 10", "margin_m = inf"),
    "negative-margin": WHOLE.replace("isolated_below_m = 10", "margin_m = -1"),
    "plane-is-web-mercator": WHOLE.replace("6677", "3857"),
    "jis-code-of-letters": WHOLE.replace('"12217"', '"1221a"'),
    "version-99": WHOLE.replace("profile_version = 1", "profile_version = 99"),
    "unknown-key": WHOLE + "\nsurprise = true\n",
    "unknown-source": WHOLE.replace('source = "areas"', 'source = "elsewhere"'),
    "source-twice": WHOLE.replace('id = "people"', 'id = "areas"'),
    "layer-called-by-a-path": WHOLE.replace('id = "small_area"', 'id = "../../tmp/x"'),
    "format-exe": WHOLE.replace('format = "raster"', 'format = "exe"'),
    "no-age-groups": WHOLE.replace('"65+" = "65歳以上"', '"75+" = "65歳以上"'),
    "path-to-passwd": with_path('"../../../../../../../etc/passwd"'),
    "path-absolute": with_path('"/etc/hostname"'),
    "path-of-nul": with_path('"people\\u0000.csv"'),
    "path-empty": with_path('""'),
    "path-to-a-device": with_path('"/dev/zero"'),
    "path-to-the-network": with_path('"http://127.0.0.1:9/people.csv"'),
    "path-of-4000-signs": with_path('"' + "a" * 4000 + '"'),
    "path-of-a-command": with_path('"|touch hacked"'),
    "vsi-path": WHOLE.replace('"areas.geojson"', '"/vsicurl/http://127.0.0.1:9/x.geojson"'),
    "epsg-of-nothing": WHOLE.replace(
        f'path = "{SOURCES["halls"][0]}"', f'epsg = 999999\npath = "{SOURCES["halls"][0]}"'
    ),
    "encoding-of-nothing": WHOLE.replace(
        f'path = "{SOURCES["people"][0]}"', f'encoding = "klingon"\npath = "{SOURCES["people"][0]}"'
    ),
    "encoding-is-no-text": WHOLE.replace(
        f'path = "{SOURCES["people"][0]}"', f'encoding = "base64"\npath = "{SOURCES["people"][0]}"'
    ),
}
