"""Readers: one short file a published table, ``tidy_<table>(pages, source)`` in each, none importing another.

A reader takes pages (the cells of each sheet) and its catalog record, and gives observations.
Opening the file is the store's work, so a test needs no workbook.
"""
