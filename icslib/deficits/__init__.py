"""Who is in deficit, on what basis, for how long, and what goes with it."""
