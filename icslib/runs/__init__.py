"""Everything that runs notebooks: parameters, plan, cache, warm kernels, executors, manifest."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "batch": ["plan_batch", "run", "run_jobs", "select_jobs"],
        "form": ["form"],
        "notebook": ["find_notebook"],
        "options": ["Options"],
        "parameters": ["Parameter", "check_values", "read_parameters"],
        "plan": ["Job", "expand", "read_plan"],
    },
)
