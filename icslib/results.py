"""What an analysis gives back: a frozen record with one sentence that says what was found.

A result holds tables and draws nothing. Subclasses are frozen dataclasses (``eq=False``:
comparing records that hold frames would raise) with a ``finding`` property.
"""

from html import escape


class Result:
    """Base of every result record: prints its finding."""

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        cls.__repr__ = cls.__dict__.get("__repr__", Result.__repr__)  # else a dataclass would write its own

    @property
    def finding(self) -> str:
        """One or two sentences: what was found, how sure, what was left out."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.finding

    def __repr__(self) -> str:
        return self.finding

    def _repr_html_(self) -> str:
        return f'<p class="finding">{escape(self.finding)}</p>'
