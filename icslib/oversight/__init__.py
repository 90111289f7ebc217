"""National targets and local aims: where attention and money go, and what is said about it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "attention": ["Attention", "classify_metrics", "oversight_metrics"],
        "change": ["change_after"],
        "comovement": ["Comovement", "move_together"],
        "money": ["Strings", "follow_money"],
        "sketch": ["sketch_objectives"],
        "targets": ["TargetCounts", "count_targets"],
        "voice": ["Voices", "compare_voices"],
    },
)
