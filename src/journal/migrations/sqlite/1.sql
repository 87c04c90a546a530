-- The journal's own tables. Other parts keep theirs in the same file and note their schema's number
-- in `meta` under their own key; nobody uses `user_version`, which has room for one number only.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    seq     INTEGER PRIMARY KEY NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    kind    TEXT NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT NOT NULL,
    data    TEXT NOT NULL,
    hash    BLOB NOT NULL
) STRICT;

-- The chain proves an alteration afterwards; these keep a slip of the hand from making one.
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the journal is append-only');
END;

-- `seq` is where the journal ended once the command had its effect.
CREATE TABLE receipts (
    command     TEXT PRIMARY KEY NOT NULL,
    fingerprint BLOB NOT NULL,
    reply       TEXT NOT NULL,
    seq         INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
