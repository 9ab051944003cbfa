"""Settings of the documentation site: `make site` builds it strictly, without the network."""

project = "闭环 Bihuan"
author = "Bihuan"
copyright = author  # noqa: A001 (Sphinx's name)
language = "zh_CN"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4  # links such as settings.md#notify
nitpicky = True  # a reference to nothing is a fault
suppress_warnings = ["myst.header"]  # pages that are made begin where their maker wants

html_theme = "furo"
html_title = "闭环 Bihuan"
html_copy_source = False
html_show_sphinx = False
html_search_language = "zh"
