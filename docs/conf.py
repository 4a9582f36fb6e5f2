"""How Sphinx builds the site from these pages and the code: `make docs` writes it to docs/_build/html."""

from __future__ import annotations

import labstudio

project = "Labstudio"
author = "The Labstudio developers"
project_copyright = author
release = labstudio.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
myst_heading_anchors = 3

autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
numpydoc_show_class_members = False  # autodoc lists them

html_theme = "pydata_sphinx_theme"
html_title = "Labstudio"
html_show_sourcelink = False
html_sidebars = {"**": ["contents.html"]}  # all pages at the left, and none of them at the top
html_theme_options = {
    "logo": {"text": "Labstudio"},
    "navbar_center": [],
    "navigation_with_keys": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}
