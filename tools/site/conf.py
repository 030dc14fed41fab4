"""Sphinx's settings: pages as they are, nothing executed, nothing from elsewhere."""

project = "aelesson"
author = "The aelesson authors"
html_title = "Autoencoders, proven"
language = "en"
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "tools.site.access",
    "tools.site.formulas",
]

# The notebooks were executed and tested by the build.
nb_execution_mode = "off"
nb_code_prompt_show = "Show how this was checked"
nb_code_prompt_hide = "Hide how this was checked"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
myst_heading_slug_func = "tools.site.slugs.slug"
myst_dmath_double_inline = True

default_role = "code"  # one backtick, as docstrings have it
napoleon_use_ivar = True
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
python_display_short_literal_types = True

mathjax_path = "mathjax/tex-chtml.js"
mathjax4_config = {
    "loader": {"load": ["a11y/assistive-mml"]},
    "output": {"fontPath": "[mathjax]/font"},
    "options": {
        "enableMenu": False,
        "menuOptions": {"settings": {"enrich": False, "assistiveMml": True}},
    },
}
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_favicon = "_static/icon.svg"
html_show_sourcelink = False
html_copy_source = False
html_theme_options: dict[str, object] = {"top_of_page_buttons": []}
copybutton_selector = "div.cell_input div.highlight pre, div.highlight-python pre"
