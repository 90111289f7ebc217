"""Workforce gaps: how big, where, going which way; what is signal, what goes with it, and where it may lead."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "gap": ["Gap", "measure_gap"],
        "signal": ["Xmr", "xmr"],
        "funnel": ["Funnel", "funnel"],
        "split": ["Split", "decompose"],
        "need": ["Staffing", "compare_staffing"],
        "footing": ["breaks_in_series", "england_line", "hold_fixed", "per_weighted_head", "weighted_people"],
        "sickness": ["sickness_by"],
        "backtest": ["BackTest", "back_test"],
        "flow": ["Projection", "net_flow", "project_workforce"],
        "groups": ["Groups", "measure_groups", "project_group"],
        "plan": ["project_plan"],
        "forecast": ["Forecasts", "forecast_series"],
        "link": ["Links", "link_staffing"],
    },
)
