"""Names as they are drawn and set out: those of the register."""

from ..register.short import short_names

__all__ = ["short_names"]
