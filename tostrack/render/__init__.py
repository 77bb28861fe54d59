"""Shows changes as terminal text, Markdown, HTML, JSON and feeds. No input, no output, no clock.

Nothing is imported here, so that the terminal's modules load without the feeds' XML and the site's templates.
"""
