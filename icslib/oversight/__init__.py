"""National targets and local aims: where attention and money go, and what is said about it."""
