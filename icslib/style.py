"""The one voice of every figure and page: colours, sizes, type. Nothing else sets them.

Grey for all places, one colour for the place asked about, a drawn zero line. The colours
keep a contrast of at least 3 to 1 on white (4.5 where text uses them) and differ in lightness, so
that they can be told apart in grey print and by readers who see colour differently. ``DARK`` gives
each its partner on a dark page.
"""

INK = "#1d2a35"
QUIET = "#55646f"
RULE = "#c9d1d8"
ALL = "#84919c"
ASKED = "#005a9c"
SECOND = "#a8481a"
THIRD = "#2f6f42"
FOURTH = "#6b4c9a"
PAPER = "#ffffff"
SERIES = (ASKED, SECOND, THIRD, FOURTH, QUIET)
DARK = {
    INK: "#e4e9ed", QUIET: "#a7b3bc", RULE: "#3b4751", ALL: "#84919c", ASKED: "#6cb8f0", SECOND: "#f0986a", THIRD: "#7cc492",
    FOURTH: "#bda4e6", PAPER: "#14191e",
}  # fmt: skip

SIZE, SMALL = 10, 8.5
WIDE = (8.0, 4.2)
TALL = (8.0, 9.0)
FONTS = "Arial, Helvetica, Liberation Sans, sans-serif"
UNIT_WORDS = {
    "GBP m": "£ million",
    "GBP bn": "£ billion",
    "GBP": "£",
    "GBP per head": "£ per head",
    "GBP per registered head": "£ per registered head",
    "GBP per need-weighted head": "£ per need-weighted head",
    "GBP per FTE": "£ per full-time equivalent",
    "percent": "%",
}

RC = {
    "figure.figsize": WIDE,
    "figure.dpi": 100,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "none",
    "svg.hashsalt": "icslib",
    # Text is measured with the face matplotlib carries, so a figure is the same bytes on every machine.
    "font.family": "DejaVu Sans",
    "font.size": SIZE,
    "text.color": INK,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": RULE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.titley": 1.0,  # nothing stands above the axes; finding a free place costs a sixth of a figure
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


def steps(paper: str, ink: str, shares: tuple[float, ...] = (0.0, 0.12, 0.24, 0.36, 0.48)) -> list[str]:
    """Five shades from `paper` towards `ink`, light enough for text of the page's colour upon them.

    >>> steps("#ffffff", "#000000")[:2]
    ['#ffffff', '#e0e0e0']
    """
    ends = [[int(colour[spot : spot + 2], 16) for spot in (1, 3, 5)] for colour in (paper, ink)]
    return ["#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(*ends, strict=True)) for share in shares]


def settings() -> dict:
    """Matplotlib settings for ``rc_context``; drawing code uses nothing else."""
    from cycler import cycler

    return {**RC, "axes.prop_cycle": cycler(color=SERIES)}
