CREATE TABLE accounts (
    login       TEXT PRIMARY KEY,
    role        TEXT NOT NULL
                CHECK (role IN ('commander', 'dispatcher', 'leader', 'screen', 'gateway', 'admin')),
    area        TEXT NOT NULL,
    holder      TEXT NOT NULL,
    purpose     TEXT NOT NULL CHECK (purpose IN ('service', 'demonstration')),
    password    TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER
) STRICT;

-- A machine has its role and area here; a token of an account has those of the account.
CREATE TABLE tokens (
    digest      BLOB PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL CHECK (kind IN ('login', 'machine', 'demonstration')),
    login       TEXT NOT NULL,
    role        TEXT CHECK (role IN ('commander', 'dispatcher', 'leader', 'screen', 'gateway')),
    area        TEXT,
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER,
    CHECK ((kind = 'machine') = (role IS NOT NULL AND area IS NOT NULL))
) STRICT;

CREATE INDEX tokens_by_login ON tokens (login, seen_at);
CREATE INDEX tokens_by_end ON tokens (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE admin_links (
    digest      BLOB PRIMARY KEY,
    expires_at  INTEGER NOT NULL
) STRICT;

-- Numbers are never given twice, even when the table has been emptied.
CREATE TABLE access_facts (
    number      INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,
    fact        TEXT NOT NULL
) STRICT;

CREATE TABLE access_generation (
    generation  INTEGER NOT NULL
) STRICT;

INSERT INTO access_generation (generation) VALUES (1);
