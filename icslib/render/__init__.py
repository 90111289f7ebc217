"""Reports for readers: executed notebooks as single offline HTML files, and the index of all of them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "index": ["write_index"],
        "office": ["export_report"],
        "page": ["write_diff", "write_page"],
        "paper": ["write_pdf"],
        "report": ["make_page", "render_report"],
    },
)
