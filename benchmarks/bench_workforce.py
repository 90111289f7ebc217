"""How long the workforce analyses take on all 42 systems, and what each part's share is. Run: python benchmarks/bench_workforce.py."""

import os
import time
from collections.abc import Callable

os.environ |= {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}  # as reports are run: on small matrices threads only wait for each other

import icslib as ics

NEEDS = ["need_index", "share_aged_60_plus", "share_most_deprived"]
WAITS = ["rtt_over_18_weeks_share", "ae_over_4_hours_share", "cancer_over_62_days_share"]


def measure() -> list[tuple[str, float]]:
    """Seconds of processor time of each step, in the order of the notebook."""
    took: list[tuple[str, float]] = []

    def timed(name: str, work: Callable):
        before = time.process_time()
        made = work()
        took.append((name, time.process_time() - before))
        return made

    panel = timed("load the panel", lambda: ics.load_panel(["acute_staff", *NEEDS, *WAITS, "population_registered"], 2014, 2026))
    panel = ics.hold_fixed(panel, ["need_index", "population_registered"]).query("year <= 2023")
    timed("the gap", lambda: ics.measure_gap(ics.load("vacancies_national")))
    staffing = timed(
        "need, 42 systems by 8 years", lambda: ics.compare_staffing(panel, "acute_staff", NEEDS, people="population_registered")
    )
    absence = ics.load("sickness_absence")
    days = timed("sickness by system", lambda: ics.sickness_by(absence))
    timed("funnel", lambda: ics.funnel(days, "lost", "available"))
    adverts = (
        ics.load("vacancies_regional")
        .query("place == 'Y56' and measure == 'vacancies_advertised'")
        .set_index("start")["value"]
        .sort_index()
    )
    charts = timed(
        "XmR of 42 series", lambda: [ics.xmr(part.set_index("year")["acute_staff"]) for _, part in panel.groupby("place")]
    )
    timed("forecasts, 3 origins", lambda: ics.forecast_series(adverts, origins=3))
    timed("links, 3 outcomes by 4 lags", lambda: ics.link_staffing(panel, "acute_staff", WAITS))
    history = ics.england_line(panel, "acute_staff", "population_registered")
    timed("projection, 20,000 draws by 3", lambda: ics.project_plan(ics.load("vacancies_national"), history))
    timed(
        "back-test, 42 systems",
        lambda: ics.back_test(panel.pivot(index="year", columns="place", values="acute_staff"), draws=1_000),
    )
    published = ics.load("vacancies_national")
    groups = timed("staff by group", lambda: ics.measure_groups(published))
    tried = timed("back-test, 9 groups", lambda: ics.back_test(groups.stocks, least=3))
    timed(
        "projection of 9 groups",
        lambda: [ics.project_group(groups, published, name, widen=tried.widen) for name in groups.stocks],
    )
    timed("draw the ranking", lambda: ics.plot(staffing).svg())
    timed("draw one XmR chart", lambda: ics.plot(charts[0]).svg())
    return took


def main() -> None:
    """Print the table."""
    took = measure()
    whole = sum(seconds for _, seconds in took)
    for name, seconds in [*took, ("all", whole)]:
        print(f"{name:32} {seconds:7.2f} s {seconds / whole:6.0%}")


if __name__ == "__main__":
    main()
