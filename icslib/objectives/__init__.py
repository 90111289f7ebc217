"""Realistic objectives: when a real improvement becomes visible, and what places like this one have ever achieved."""
