"""When does an exposure show in an outcome? Which lags a panel can identify, and estimates that say so."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "gate": ["LagSupport", "supported_lags"],
        "distributed": ["estimate_lag"],
        "profile": ["LagEstimate"],
        "editions": ["Splice", "chain_changes", "splice_editions"],
        "projection": ["LocalProjection", "local_projection"],
        "adoption": ["EventStudy", "event_study", "randomise_adoption"],
        "belief": ["LagBelief", "expected_years", "lag_prior", "update_lag_belief"],
        "challenges": ["Challenges", "challenge_adoption", "challenge_lag"],
        "survey": ["LagSurvey", "survey_lags"],
        "robustness": ["SpecificationCurve", "specification_curve"],
    },
)
