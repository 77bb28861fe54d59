"""Draw the README's picture of the terminal from the demo's archive.

tostrack demo && python docs/picture.py tostrack-demo/tostrack.db > docs/diff.svg
"""

import io
import re
import sys
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from tostrack.analysis.comparison import compare_readings
from tostrack.archive import Archive
from tostrack.models import from_iso
from tostrack.render.terminal import render_change
from tostrack.render.terminal_style import TerminalStyle

WIDTH = 96


def picture(database: str) -> str:
    """Return the picture, as SVG, of what the demo's archive at *database* shows."""
    with Archive(database) as archive:
        rows = [archive.at("lumora", "terms", from_iso(day)) for day in ("2024-01-02", "2024-07-09")]
        old, new = (archive.reading(row) for row in rows if row)
    change = replace(compare_readings(old, new), service="lumora", document="terms")
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("$ tostrack diff lumora/terms --from 2024-01-02 --to 2024-07-08\n"))
    console.print(Text.from_ansi(render_change(change, TerminalStyle(colour=True, width=WIDTH))))
    # No font from elsewhere: a picture asks nobody for anything.
    svg = re.sub(r"@font-face \{.*?\}\s*", "", console.export_svg(title="tostrack", unique_id="t"), flags=re.DOTALL)
    return re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL).replace("Fira Code", "ui-monospace")


if __name__ == "__main__":
    print(picture(sys.argv[1]))
