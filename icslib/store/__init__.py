"""The store: observations built once from official files, shipped, loaded, proved and traced."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "builder": ["build"],
        "export": ["export"],
        "lineage": ["stamp", "trace"],
        "panels": ["load_panel"],
        "queries": ["revisions", "sql"],
        "recognition": ["add"],
        "shelf": ["load", "reads", "tables"],
    },
)
