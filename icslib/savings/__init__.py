"""What a savings plan is worth: delivery by risk, what comes back next year, and which assumption matters."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "asks": ["Asks", "asks_by_system"],
        "holes": ["CarriedForward", "carry_forward"],
        "programme": ["DELIVERY", "check_programme", "delivery", "make_programme", "share_out"],
        "published": ["Delivered", "NationalSavings", "check_delivery", "national_savings"],
        "sensitivity": ["Scenarios", "Sensitivity", "scenarios", "tornado", "usual_shocks"],
        "simulate": ["Savings", "simulate_savings"],
    },
)
