"""Who is in deficit, on what basis, for how long, and what goes with it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "answer": ["sum_up"],
        "association": ["Explained", "explain_deficits"],
        "basis": ["Basis", "Positions", "in_prices", "name_bases", "take"],
        "bridge": ["Bridge", "bridge"],
        "concentration": ["Concentration", "concentration"],
        "debts": ["inherited_debt", "loan_totals", "planned_by_system"],
        "months": ["MonthPath", "month_path", "months_to_date", "year_end_variance"],
        "persistence": ["Persistence", "persistence", "transition"],
        "trusts": ["debt_panel", "heads", "owed", "scaled", "trust_table"],
        "spread": ["Spread", "spread_of"],
        "positions": ["Comparison", "compare_positions", "per_head", "share_of"],
    },
)
