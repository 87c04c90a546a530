-- The journal's own tables, as in SQLite. Accounts keep theirs beside them, with a schema number of their own.

CREATE TABLE journal_meta (
    key   TEXT COLLATE "C" PRIMARY KEY,
    value BYTEA NOT NULL
);

-- Two writers cannot both have the same number: whoever comes second meets the primary key.
CREATE TABLE events (
    seq     BIGINT CONSTRAINT events_pkey PRIMARY KEY,
    at      BIGINT NOT NULL,
    actor   TEXT COLLATE "C" NOT NULL,
    kind    TEXT COLLATE "C" NOT NULL,
    version INTEGER NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    data    TEXT COLLATE "C" NOT NULL,
    hash    BYTEA NOT NULL
);

-- `seq` is where the journal ended once the command had its effect. `seal` is a hash of the row:
-- a receipt is not in the chain, but an altered one must not answer a command.
CREATE TABLE receipts (
    command     TEXT COLLATE "C" CONSTRAINT receipts_pkey PRIMARY KEY,
    fingerprint BYTEA NOT NULL,
    reply       TEXT COLLATE "C" NOT NULL,
    seq         BIGINT NOT NULL,
    seal        BYTEA NOT NULL
);

-- The chain proves an alteration afterwards; these keep a slip of the hand from making one.
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END
$$;

CREATE TRIGGER events_are_never_changed BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();

CREATE TRIGGER events_are_never_emptied BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only();
