"""The tables of the current schema, and the views on them that people read.

Plain tables, plain text, declared foreign keys and ISO 8601 UTC times, so that Datasette and sqlite3 read the file as
it is. A table whose name begins with `_` is laid out to be small (Datasette hides it); a view joins it to plain rows.
"""

from __future__ import annotations

from tostrack.archive.change_rows import LISTED

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE services (id INTEGER PRIMARY KEY, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL);

CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    service_id INTEGER NOT NULL REFERENCES services(id),
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT '',
    checked_at TEXT,
    outcome TEXT,
    cause TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    http_status INTEGER,
    failing_since TEXT,
    next_try_at TEXT,
    UNIQUE (service_id, slug)
);

CREATE TABLE snapshots (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    page INTEGER NOT NULL,
    url TEXT NOT NULL,
    chain TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    path TEXT NOT NULL
);
CREATE INDEX snapshots_document ON snapshots(document_id, page, sha256);

CREATE TABLE pages (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    page INTEGER NOT NULL,
    url TEXT NOT NULL,
    etag TEXT NOT NULL,
    last_modified TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
    PRIMARY KEY (document_id, page)
) WITHOUT ROWID;

CREATE TABLE clauses (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX clauses_key ON clauses(key);
CREATE VIRTUAL TABLE clauses_fts USING fts5(
    text, content='clauses', content_rowid='id', tokenize='unicode61 remove_diacritics 2'
);

CREATE TABLE _origins (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('crawl', 're-extraction', 'import')),
    extractor TEXT NOT NULL,
    declaration TEXT NOT NULL,
    UNIQUE (kind, extractor, declaration)
);

CREATE TABLE _versions (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    number INTEGER NOT NULL,
    seen_at TEXT NOT NULL,
    origin_id INTEGER NOT NULL REFERENCES _origins(id),
    sha256 BLOB NOT NULL,
    key_sha256 BLOB NOT NULL,
    hash BLOB NOT NULL,
    compare_key BLOB,
    language TEXT NOT NULL DEFAULT '',
    UNIQUE (document_id, number)
);
CREATE INDEX _versions_compare_key ON _versions(document_id, substr(compare_key, 1, 6));
CREATE INDEX _versions_key ON _versions(document_id, substr(key_sha256, 1, 6));

CREATE TABLE _records (version_id INTEGER PRIMARY KEY REFERENCES _versions(id), name BLOB NOT NULL);

CREATE TABLE _spans (
    document_id INTEGER NOT NULL REFERENCES documents(id),
    until INTEGER NOT NULL,
    rank REAL NOT NULL,
    since INTEGER NOT NULL,
    clause_id INTEGER NOT NULL REFERENCES clauses(id),
    line INTEGER NOT NULL,
    PRIMARY KEY (document_id, until, rank)
) WITHOUT ROWID;

CREATE TABLE _places (
    clause_id INTEGER NOT NULL REFERENCES clauses(id),
    document_id INTEGER NOT NULL REFERENCES documents(id),
    line INTEGER NOT NULL,
    first INTEGER NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (clause_id, document_id)
) WITHOUT ROWID;

CREATE TABLE version_snapshots (
    version_id INTEGER NOT NULL REFERENCES _versions(id),
    page INTEGER NOT NULL,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
    PRIMARY KEY (version_id, page)
) WITHOUT ROWID;
CREATE INDEX version_snapshots_snapshot ON version_snapshots(snapshot_id);

CREATE TABLE sightings (
    version_id INTEGER PRIMARY KEY REFERENCES _versions(id),
    last_seen_at TEXT NOT NULL
);

CREATE TABLE suspects (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    key_sha256 TEXT NOT NULL,
    cause TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    sightings INTEGER NOT NULL,
    UNIQUE (document_id, key_sha256)
);

CREATE TABLE suspect_snapshots (
    suspect_id INTEGER NOT NULL REFERENCES suspects(id) ON DELETE CASCADE,
    page INTEGER NOT NULL,
    snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),
    PRIMARY KEY (suspect_id, page)
) WITHOUT ROWID;
CREATE INDEX suspect_snapshots_snapshot ON suspect_snapshots(snapshot_id);

CREATE TABLE judgements (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents(id),
    from_version INTEGER NOT NULL REFERENCES _versions(id),
    to_version INTEGER NOT NULL REFERENCES _versions(id),
    occasion TEXT NOT NULL CHECK (occasion IN ('seen', 'settled')),
    judged_at TEXT,
    verdict TEXT NOT NULL CHECK (verdict IN ('substantive', 'editorial', 'noise')),
    reason TEXT NOT NULL,
    explanation TEXT NOT NULL,
    added INTEGER NOT NULL,
    removed INTEGER NOT NULL,
    reworded INTEGER NOT NULL,
    moved INTEGER NOT NULL,
    announced INTEGER NOT NULL CHECK (announced IN (0, 1)),
    headline TEXT,
    importance INTEGER,
    recomputed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (to_version, occasion)
);
CREATE INDEX judgements_document ON judgements(document_id);

CREATE TABLE _hunks (
    judgement_id INTEGER NOT NULL REFERENCES judgements(id),
    hunk INTEGER NOT NULL,
    edit TEXT NOT NULL CHECK (edit IN ('added', 'removed', 'reworded', 'moved')),
    reason TEXT NOT NULL,
    context_id INTEGER NOT NULL REFERENCES _contexts(id),
    old_at INTEGER,
    new_at INTEGER,
    old_clauses,
    new_clauses,
    words TEXT,
    PRIMARY KEY (judgement_id, hunk)
) WITHOUT ROWID;

CREATE TABLE _finds (
    id INTEGER PRIMARY KEY,
    topic TEXT NOT NULL,
    polarity TEXT NOT NULL,
    quote TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    rule TEXT NOT NULL
);
CREATE INDEX _finds_place ON _finds(start, "end");

CREATE TABLE _judgement_flags (
    id INTEGER PRIMARY KEY,
    judgement_id INTEGER NOT NULL REFERENCES judgements(id),
    hunk INTEGER NOT NULL,
    direction TEXT,
    find_id INTEGER NOT NULL REFERENCES _finds(id),
    place INTEGER
);
CREATE INDEX _judgement_flags_judgement ON _judgement_flags(judgement_id);

CREATE TABLE _contexts (
    id INTEGER PRIMARY KEY,
    key INTEGER NOT NULL,
    heading TEXT NOT NULL,
    lead TEXT NOT NULL
);
CREATE INDEX _contexts_key ON _contexts(key);

CREATE TABLE _rulebooks (id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL UNIQUE);

CREATE TABLE _flagged (
    clause_id INTEGER NOT NULL REFERENCES clauses(id),
    context_id INTEGER NOT NULL REFERENCES _contexts(id),
    rulebook_id INTEGER NOT NULL REFERENCES _rulebooks(id),
    PRIMARY KEY (clause_id, context_id)
) WITHOUT ROWID;

CREATE TABLE _flags (
    id INTEGER PRIMARY KEY,
    clause_id INTEGER NOT NULL REFERENCES clauses(id),
    context_id INTEGER NOT NULL REFERENCES _contexts(id),
    find_id INTEGER NOT NULL REFERENCES _finds(id)
);
CREATE INDEX _flags_clause ON _flags(clause_id, context_id);

CREATE TABLE _flag_moments (
    id INTEGER PRIMARY KEY,
    version_id INTEGER NOT NULL REFERENCES _versions(id),
    before_id INTEGER REFERENCES _versions(id),
    rulebook_id INTEGER NOT NULL REFERENCES _rulebooks(id)
);
CREATE INDEX _flag_moments_version ON _flag_moments(version_id);

CREATE TABLE _flag_events (
    id INTEGER PRIMARY KEY,
    moment_id INTEGER NOT NULL REFERENCES _flag_moments(id) ON DELETE CASCADE,
    event TEXT NOT NULL,
    find_id INTEGER NOT NULL REFERENCES _finds(id),
    sentence TEXT NOT NULL,
    context_id INTEGER NOT NULL REFERENCES _contexts(id)
);
CREATE INDEX _flag_events_moment ON _flag_events(moment_id);
CREATE TABLE judgement_facts (
    id INTEGER PRIMARY KEY,
    judgement_id INTEGER NOT NULL REFERENCES judgements(id),
    hunk INTEGER NOT NULL,
    kind TEXT NOT NULL,
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    sentence TEXT NOT NULL,
    place INTEGER
);
CREATE INDEX judgement_facts_judgement ON judgement_facts(judgement_id);
CREATE TABLE judgement_dates (
    judgement_id INTEGER PRIMARY KEY REFERENCES judgements(id),
    old TEXT NOT NULL,
    new TEXT NOT NULL,
    note TEXT NOT NULL
);
-- What proves the rest: see `tostrack.archive.verify` and `tostrack.archive.redact`.
CREATE TABLE heads (
    document_id INTEGER PRIMARY KEY REFERENCES documents(id),
    hash TEXT NOT NULL
);

CREATE TABLE redactions (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('text', 'capture')),
    sha256 TEXT NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (kind, sha256)
);
"""

VIEWS = f"""
CREATE VIEW versions AS
SELECT v.id, v.document_id, v.number, v.seen_at, o.kind, lower(hex(v.sha256)) AS sha256,
       lower(hex(v.key_sha256)) AS key_sha256, o.extractor, o.declaration,
       coalesce((SELECT lower(hex(p.hash)) FROM _versions p
                 WHERE p.document_id = v.document_id AND p.id < v.id ORDER BY p.id DESC LIMIT 1), '') AS previous,
       lower(hex(v.hash)) AS hash,
       coalesce((SELECT iif(typeof(name) = 'blob', lower(hex(name)), name) FROM _records WHERE version_id = v.id), '')
           AS record,
       lower(hex(v.compare_key)) AS compare_key, v.language
FROM _versions v JOIN _origins o ON o.id = v.origin_id;

CREATE VIEW version_clauses AS
SELECT version_id, row_number() OVER (PARTITION BY version_id ORDER BY rank) - 1 AS position, clause_id, line
FROM (SELECT v.id AS version_id, s.rank, s.clause_id, s.line
      FROM _versions v JOIN _spans s ON s.document_id = v.document_id AND s.until > v.number AND s.since <= v.number);

CREATE VIEW texts AS
SELECT s.slug AS service, d.slug AS document, v.number, v.seen_at, p.rank, c.kind, c.text, p.line,
       c.id AS clause_id, v.id AS version_id
FROM services s JOIN documents d ON d.service_id = s.id JOIN _versions v ON v.document_id = d.id
JOIN _spans p ON p.document_id = d.id AND p.until > v.number AND p.since <= v.number
JOIN clauses c ON c.id = p.clause_id;

CREATE VIEW latest AS
SELECT s.slug AS service, d.slug AS document, v.number, v.seen_at, coalesce(n.last_seen_at, v.seen_at) AS last_seen_at,
       d.checked_at, d.outcome, d.cause, lower(hex(v.sha256)) AS sha256, v.id AS version_id
FROM documents d JOIN services s ON s.id = d.service_id
JOIN _versions v ON v.document_id = d.id
    AND v.number = (SELECT max(number) FROM _versions WHERE document_id = d.id)
LEFT JOIN sightings n ON n.version_id = v.id;

CREATE VIEW changes AS {LISTED};

CREATE VIEW clauses_now AS
SELECT s.slug AS service, d.slug AS document,
       row_number() OVER (PARTITION BY d.id ORDER BY p.rank) - 1 AS position, c.kind, c.text,
       c.id AS clause_id
FROM services s JOIN documents d ON d.service_id = s.id
JOIN _spans p ON p.document_id = d.id AND p.until = 2147483647 JOIN clauses c ON c.id = p.clause_id;

CREATE VIEW flags AS
SELECT f.id, f.clause_id, f.context_id, w.topic, w.polarity, w.quote, w.start, w."end", w.rule
FROM _flags f JOIN _finds w ON w.id = f.find_id;

CREATE VIEW judgement_flags AS
SELECT f.id, f.judgement_id, f.hunk, w.topic, w.polarity, f.direction, w.quote, w.start, w."end", w.rule
FROM _judgement_flags f JOIN _finds w ON w.id = f.find_id;

CREATE VIEW hunks AS
SELECT h.judgement_id, h.hunk, h.edit, h.reason, x.heading,
       coalesce((SELECT group_concat(c.text, ' ') FROM json_each(h.old_clauses) o JOIN clauses c ON c.id = o.value), '')
           AS old,
       coalesce((SELECT group_concat(c.text, ' ') FROM json_each(h.new_clauses) n JOIN clauses c ON c.id = n.value), '')
           AS new,
       h.words, h.old_at, h.new_at
FROM _hunks h JOIN _contexts x ON x.id = h.context_id;

CREATE VIEW flags_now AS
SELECT s.slug AS service, d.slug AS document, w.topic, w.polarity, w.quote, v.seen_at AS since, x.heading,
       c.text AS clause, w.rule
FROM _listed_flags l JOIN documents d ON d.id = l.document_id JOIN services s ON s.id = d.service_id
JOIN _flags f ON f.id = l.flag_id JOIN _finds w ON w.id = f.find_id JOIN clauses c ON c.id = f.clause_id
JOIN _contexts x ON x.id = f.context_id JOIN _versions v ON v.id = l.since_id;

CREATE VIEW flagged AS
SELECT g.clause_id, x.heading, x.lead, r.fingerprint, g.context_id
FROM _flagged g JOIN _contexts x ON x.id = g.context_id JOIN _rulebooks r ON r.id = g.rulebook_id;

CREATE VIEW flag_events AS
SELECT s.slug AS service, d.slug AS document, v.number, v.seen_at, e.event, w.topic, w.polarity, w.quote, e.sentence,
       w.rule, x.heading, b.number AS before
FROM _flag_events e JOIN _flag_moments m ON m.id = e.moment_id JOIN _versions v ON v.id = m.version_id
JOIN documents d ON d.id = v.document_id JOIN services s ON s.id = d.service_id
JOIN _finds w ON w.id = e.find_id JOIN _contexts x ON x.id = e.context_id LEFT JOIN _versions b ON b.id = m.before_id;

CREATE VIEW flags_by_month AS
SELECT substr(c.seen_at, 1, 7) AS month, c.service, f.topic, f.polarity, f.direction, count(*) AS flags,
       count(DISTINCT c.id) AS changes
FROM judgement_flags f JOIN changes c ON c.id = f.judgement_id
WHERE c.verdict = 'substantive'
GROUP BY month, c.service, f.topic, f.polarity, f.direction;
"""  # noqa: S608 - what is put in is ours
