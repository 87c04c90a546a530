-- When each source was heard by whichever node heard it last, in milliseconds since 1970.
CREATE UNLOGGED TABLE heard (
    source   TEXT PRIMARY KEY,
    heard_at BIGINT NOT NULL
);
