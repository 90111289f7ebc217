"""Who is in deficit, on what basis, for how long, and what goes with it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "association": ["Explained", "explain_deficits"],
        "basis": ["Basis", "Positions", "in_prices", "name_bases", "take"],
        "bridge": ["Bridge", "bridge", "sum_up"],
        "concentration": ["Concentration", "concentration"],
        "debts": ["LoanTotals", "borrowing_panel", "debt_panel", "inherited_debt", "loan_totals", "owed"],
        "months": ["MonthPath", "month_path", "months_to_date", "year_end_variance"],
        "persistence": ["Persistence", "persistence", "transition"],
        "people": ["heads", "per_head", "scaled", "share_of"],
        "trusts": ["planned_by_system", "trust_size", "trust_table"],
        "spread": ["Spread", "spread_of"],
        "positions": ["Comparison", "compare_positions"],
    },
)
