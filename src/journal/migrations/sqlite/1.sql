-- The journal's own tables. Other parts keep theirs in the same file, each with a schema number of
-- its own; so the number of this one is in `journal_meta` and not in `user_version`.

CREATE TABLE journal_meta (
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

-- `seq` is where the journal ended once the command had its effect. `seal` is a hash of the row:
-- a receipt is not in the chain, but an altered one must not answer a command.
CREATE TABLE receipts (
    command     TEXT PRIMARY KEY NOT NULL,
    fingerprint BLOB NOT NULL,
    reply       TEXT NOT NULL,
    seq         INTEGER NOT NULL,
    seal        BLOB NOT NULL
) STRICT, WITHOUT ROWID;
