#!/usr/bin/env bash
# icalendar reads the calendars of effective dates without an error: each event has a UID, a day, and a text.
. "$(dirname "$0")/lib.sh"
with_python venv icalendar==7.3.2
venv/bin/python - <<'PYTHON'
import os
from pathlib import Path

import icalendar

paths = sorted(Path(os.environ["DEMO"], "feeds").rglob("*.ics"))
events = 0
for path in paths:
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    assert not calendar.errors, (path, calendar.errors)
    for event in calendar.walk("VEVENT"):
        assert not event.errors, (path, event.errors)
        assert event["UID"] and event["SUMMARY"] and event.decoded("DTSTART") < event.decoded("DTEND"), path
        events += 1
assert paths
print(f"icalendar 7.3.2: {len(paths)} calendars, {events} events")
PYTHON
