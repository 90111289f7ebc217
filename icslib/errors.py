"""What can go wrong, said to an analyst: where, what was seen, what to do.

Every error of ours is an :class:`IcsError`. ``exit_code`` is what the command line
returns for it: 2 when the request itself is wrong, 1 when the work was tried and failed.
"""


class IcsError(ValueError):
    """Base of every error raised on purpose by icslib."""

    exit_code = 2


class SheetError(IcsError):
    """A page does not hold the table a reader expects, or a file cannot be opened."""

    exit_code = 1


class DriftError(SheetError):
    """A known publication changed its layout; the message names the lines to alter. ``alike`` is the share of titles that stayed."""

    alike = 0.0


class CatalogError(IcsError):
    """A source is unknown, missing, or not the file the catalog describes."""


class StoreError(IcsError):
    """A processed table is missing, damaged, or not what its raw files make."""

    exit_code = 1


class PlaceError(IcsError):
    """No place, or more than one, goes by this name at this date."""


class PlaceWarning(UserWarning):
    """A name with a typing slip was read as a place: the message says which."""


class PeriodError(IcsError):
    """A label is not a period we can date."""


class BasisError(IcsError):
    """Figures of different bases, units, price years or editions were about to be mixed."""


class PanelError(IcsError):
    """A frame is not a panel: duplicated, unsorted, or with gaps that were not asked for."""


class NotIdentified(IcsError):
    """The data cannot support the estimate that was asked for."""


class ExhibitError(IcsError):
    """There is no drawing for this, or a drawing lacks what a reader needs."""


class ParameterError(IcsError):
    """A notebook parameter is unknown, of the wrong kind, or out of range."""


class RunError(IcsError):
    """A notebook was run and failed."""

    exit_code = 1


class RenderError(IcsError):
    """A notebook cannot be made into a page, or two reports cannot be compared."""

    exit_code = 1
