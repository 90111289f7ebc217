"""``python -m tools.register``."""

from .write import write

for name, size in write().items():
    print(f"{name:16}{size / 1e6:8.2f} MB")
