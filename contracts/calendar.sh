#!/usr/bin/env bash
# Calendar libraries read the calendars of effective dates without an error: icalendar (Python), ical.js with its strict
# rules, and ts-ics with the schema of an event. Each event has a UID, a day, and a text.
. "$(dirname "$0")/lib.sh"
with_python venv icalendar==7.3.2
with_npm ical.js@2.2.1 ts-ics@2.4.6 @ts-ics/schema-zod@2.4.6 zod@4.1.12
mkdir calendars
# The days of the demo have passed: a calendar with days of each kind beside those that it writes.
"$PYTHON" - > calendars/kinds.ics <<'PYTHON'
import sys
from datetime import date

from tostrack.render.calendar import BindingDate, render_calendar

long = "Datenschutzerklärung; für Mitglieder, Gäste \\ Kinder – " * 3
days = [
    BindingDate("acme", f"terms-{kind}", "Acme, Inc.", long, date(2032, 2, 29), "Gültig ab: 29. Februar 2032; neu", 3,
                "2031-12-31T23:59:59Z", ("licensing", "a, b; c"), "https://example.org/changes/1.html?a=1&b=2", kind)
    for kind in ("effective", "notice", "objection")
]
sys.stdout.reconfigure(encoding="utf-8", newline="")
sys.stdout.write(render_calendar("Effective dates: all, of each kind", days, "reader@example.org"))
PYTHON
find "$DEMO/feeds" -name '*.ics' -exec cp {} calendars \;
venv/bin/python - <<'PYTHON'
from pathlib import Path

import icalendar

paths = sorted(Path("calendars").glob("*.ics"))
events = 0
for path in paths:
    calendar = icalendar.Calendar.from_ical(path.read_bytes())
    assert not calendar.errors, (path, calendar.errors)
    for event in calendar.walk("VEVENT"):
        assert not event.errors, (path, event.errors)
        assert event["UID"] and event["SUMMARY"] and event.decoded("DTSTART") < event.decoded("DTEND"), path
        events += 1
assert events == 3
print(f"icalendar 7.3.2: {len(paths)} calendars, {events} events")
PYTHON
node - <<'SCRIPT'
const assert = require("node:assert");
const { readFileSync, readdirSync } = require("node:fs");
(async () => {
  const { default: ICAL } = await import("ical.js");
  const { convertIcsCalendar } = await import("ts-ics");
  const { zIcsCalendar } = await import("@ts-ics/schema-zod");
  ICAL.design.strict = true;
  const files = readdirSync("calendars");
  let events = 0;
  for (const name of files) {
    const text = readFileSync(`calendars/${name}`, "utf8");
    assert.ok(text.split("\r\n").every((line) => Buffer.byteLength(line) <= 75), name);
    const found = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent").map((one) => new ICAL.Event(one));
    const typed = zIcsCalendar.parse(convertIcsCalendar(undefined, text)).events ?? [];
    assert.deepStrictEqual(typed.map((one) => one.uid), found.map((one) => one.uid), name);
    for (const one of found) {
      assert.ok(one.uid && one.summary && one.startDate.isDate && one.duration.toSeconds() === 86400, name);
    }
    events += found.length;
  }
  assert.strictEqual(events, 3);
  console.log(`ical.js 2.2.1, ts-ics 2.4.6: ${files.length} calendars, ${events} events`);
})().catch((error) => { console.error(error); process.exit(1); });
SCRIPT
