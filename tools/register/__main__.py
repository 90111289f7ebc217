"""``python -m tools.register``."""

from .write import write, write_unresolved

for name, size in (write() | {"unresolved": write_unresolved()}).items():
    print(f"{name:16}{size / 1e6:8.2f} MB")
