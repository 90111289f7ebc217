"""icslib: check and carry on the National Audit Office's analysis of integrated care systems.

``import icslib as ics`` and type ``ics.`` TAB: these are the names people use, loaded when
first touched.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "catalog": ["fetch", "list_sources"],
        "store": ["add", "build", "export", "load", "load_panel", "revisions", "sql", "stamp", "tables", "trace"],
        "lag": [
            "supported_lags", "estimate_lag", "local_projection", "event_study", "randomise_adoption",
            "expected_years", "lag_prior", "update_lag_belief", "specification_curve", "leave_one_out", "challenge_lag", "survey_lags",
            "chain_changes", "splice_editions",
        ],  # fmt: skip
        "objectives": ["first_visible_year", "outlook"],
        "panel": ["build_panel", "coverage", "join_panels", "log_points"],
        "deficits": [
            "bridge", "compare_positions", "concentration", "debt_panel", "explain_deficits", "inherited_debt", "loan_totals", "month_path", "months_to_date",
            "heads", "name_bases", "owed", "per_head", "persistence", "planned_by_system", "scaled", "share_of", "spread_of", "take",
            "trust_table", "year_end_variance",
        ],
        "oversight": [
            "change_after", "classify_metrics", "compare_voices", "count_targets", "follow_money", "oversight_metrics", "sketch_objectives",
        ],
        "prices": ["deflate", "deflator"],
        "savings": [
            "asks_by_system", "carry_forward", "check_delivery", "delivery", "make_programme", "national_savings", "scenarios", "share_out",
            "simulate_savings", "tornado", "usual_shocks",
        ],
        "workforce": [
            "back_test", "breaks_in_series", "check_rates", "compare_staffing", "decompose", "england_line", "forecast_series", "funnel", "hold_fixed", "link_staffing", "measure_gap", "net_flow",
            "project_plan", "project_workforce", "sickness_by", "xmr",
        ],
        "claims": ["check_claims"],
        "exhibits": ["in_short", "plot", "table"],
        "profile": ["find_peers", "profile_place"],
        "runs": ["form", "run"],
        "register": ["check_overlap", "count_systems", "export_register", "find_place", "lineage_of", "places", "roll_up", "to_vintage"],
        "sheets": ["read_sheet"],
        "tidy": ["observations"],
    },
)
