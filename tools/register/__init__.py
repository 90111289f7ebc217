"""Rebuild the register of places from official files: ``python -m tools.register``.

Each module makes the facts of one kind of place; :mod:`.write` puts them together, checks them
against second files and writes ``data/raw/reference``. Official files are found by their
bytes (:mod:`icslib.catalog`), so where they lie does not matter.
"""
