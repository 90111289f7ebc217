"""The one voice of every figure: colours, sizes, type. Nothing else sets them.

Grey for all places, one colour for the place asked about, a drawn zero line. The colours
keep a contrast of at least 3 to 1 on white and differ in lightness, so that they can be
told apart in grey print and by readers who see colour differently.
"""

INK = "#1d2a35"
QUIET = "#5b6b78"
RULE = "#c9d1d8"
ALL = "#8b98a3"
ASKED = "#005a9c"
SECOND = "#b3541e"
THIRD = "#3f7d4e"
SHADE = "#005a9c22"
SERIES = (ASKED, SECOND, THIRD, "#6b4c9a", QUIET)

WIDE = (8.0, 4.2)
TALL = (8.0, 9.0)

RC = {
    "figure.figsize": WIDE,
    "figure.dpi": 100,
    "savefig.bbox": "tight",
    "svg.fonttype": "none",
    "svg.hashsalt": "icslib",
    "font.family": "sans-serif",
    "font.sans-serif": ["Arial", "Helvetica", "Liberation Sans", "DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": RULE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlelocation": "left",
    "axes.prop_cycle": None,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
}


def settings() -> dict:
    """Matplotlib settings for ``rc_context``; drawing code uses nothing else."""
    from cycler import cycler

    return {**RC, "axes.prop_cycle": cycler(color=SERIES)}
