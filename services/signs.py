"""Signs: the colours of screen, paper and picture; a colour never stands without its sign."""

BLUE, ORANGE, VERMILION, PURPLE, GREEN = "#0072B2", "#E69F00", "#D55E00", "#CC79A7", "#009E73"
"""Of the palette of Okabe and Ito (2008), told apart by every kind of eye."""

DARK_GREEN = "#00664A"
"""For figures beside a green star: green itself is too light to be read small."""

INK, QUIET_INK = "#24292E", "#5F6468"
PAPER, GROUND = "#FFFDF8", "#EFEBE2"

REACH_COLOURS = {"weekly": BLUE, "monthly": ORANGE, "none": "#B9B6AE"}
"""Colour of a street by what can be reached from it."""

GAP_COLOURS = {
    "weekly_or_more": BLUE,
    "monthly_only": ORANGE,
    "none": VERMILION,
    "needs_transport": PURPLE,
}

WEEKLY = ("weekly", "permanent")
"""Frequency classes that count as weekly or more."""
