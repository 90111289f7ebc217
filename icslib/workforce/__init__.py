"""Workforce gaps: how big, where, going which way; what is signal, what goes with it, and where it may lead."""
