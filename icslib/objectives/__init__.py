"""Realistic objectives: when a real improvement becomes visible, and what places like this one have ever achieved."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"visibility": ["Visibility", "first_visible_year"], "reference": ["Outlook", "outlook"]}
)
