"""How long a simulation takes, by draws and by what it is compared with. Run: python benchmarks/bench_savings.py."""

from timeit import repeat

import numpy as np
from scipy import stats

from icslib.savings.holes import carry_forward
from icslib.savings.programme import DELIVERY, make_programme
from icslib.savings.simulate import simulate_savings

BANDS = {"high": 0.36, "medium": 0.25, "low": 0.39}


def scheme_by_scheme(asked: np.ndarray, draws: int, rng: np.random.Generator) -> np.ndarray:
    """The plain way: one exact beta quantile a scheme and draw, for one place in 42."""
    total = np.zeros(draws)
    for amount, (_, row) in zip(asked, DELIVERY.iterrows(), strict=True):
        m, v = row["mean"] / row["most"], (row["sd"] / row["most"]) ** 2
        size = m * (1 - m) / v - 1
        total += amount * row["most"] * stats.beta.ppf(stats.norm.cdf(rng.standard_normal(draws)), m * size, (1 - m) * size)
    return total


def timed(work, repeats: int = 3) -> float:
    return min(repeat(work, number=1, repeat=repeats))


def main() -> None:
    programme = make_programme({f"Q{i:02d}": 135.0 for i in range(42)}, BANDS, 0.35)
    simulate_savings(programme, draws=1000)
    print(f"{'draws':>9} {'42 systems, s':>14}")
    for draws in (10_000, 100_000):
        print(f"{draws:>9,} {timed(lambda n=draws: simulate_savings(programme, n)):>14.2f}")
    ours = timed(lambda: simulate_savings(programme, 100_000))
    plain = 42 * timed(lambda: scheme_by_scheme(np.full(3, 45.0), 100_000, np.random.default_rng(1)), 1)
    print(f"exact quantiles one by one, 100,000 draws: {plain:.1f} s, {plain / ours:.0f} times ours")
    print(f"carried forward ten years, 10,000 draws: {timed(lambda: carry_forward(programme)):.2f} s")


if __name__ == "__main__":
    main()
