-- The nodes of the county. All times are this server's, so that no node's clock decides who is dead.

-- `steady_since`: since when it has been seen without a gap. A node without a row is dead.
CREATE TABLE nodes (
    node         UUID PRIMARY KEY,
    seen_at      TIMESTAMPTZ NOT NULL,
    steady_since TIMESTAMPTZ NOT NULL
);

-- Who makes a call. A copy of the database that lags behind has no claim on a call that has not begun there,
-- since the journal's event came first.
CREATE TABLE outbox_claims (
    attempt    TEXT COLLATE "C" PRIMARY KEY,
    node       UUID NOT NULL,
    claimed_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- Who has a page open on which node.
CREATE TABLE presence (
    node   UUID NOT NULL REFERENCES nodes ON DELETE CASCADE,
    holder TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (node, holder)
);
