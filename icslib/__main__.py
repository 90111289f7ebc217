"""``python -m icslib`` is the ``icslib`` command."""

from .cli import main

raise SystemExit(main())
