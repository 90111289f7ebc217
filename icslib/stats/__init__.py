"""Estimators and inference on places x years arrays: they know no files and no places' names."""
