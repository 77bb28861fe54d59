#!/usr/bin/env bash
# The plot of docs/archive.md runs as it stands there and draws a bar for each topic of each month with a change.
. "$(dirname "$0")/lib.sh"
with_python venv matplotlib==3.11.2
cp "$DEMO/tostrack.db" tostrack.db
sed -n '/^```python$/,/^```$/p' "$REPOSITORY/docs/archive.md" | grep -v '^```' > plot.py
echo 'print("bars:", sum(bar.get_height() > 0 for bar in plt.gca().patches), *plt.gca().get_legend_handles_labels()[1])' >> plot.py
MPLBACKEND=agg venv/bin/python plot.py | tee seen
grep -qx 'bars: 5 advertising licensing sharing' seen
head -c 4 topics.png | grep -q PNG
