"""A static site from values: pages by their file below the site's root. No input, no output, no clock.

`values` holds what a page shows, `pages` turns it into HTML through the templates, `redline` and `chart` make their
parts ready; `search` makes what the browser looks things up in. Nothing is imported here, so that the command line
loads without the templates.
"""
