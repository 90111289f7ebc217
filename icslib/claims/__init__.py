"""The claims ledger: the NAO's statements of October 2022, checked again."""

from . import drawing
from .ledger import FORMULAS, VERDICTS, Figure, Ledger, check_claims

__all__ = ["FORMULAS", "VERDICTS", "Figure", "Ledger", "check_claims", "drawing"]
