-- Calendar programs read duties by a token of their own. What a column may hold cannot be changed in place.
CREATE TABLE tokens_2 (
    digest      BLOB PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    kind        TEXT NOT NULL CHECK (kind IN ('login', 'machine', 'demonstration', 'calendar')),
    login       TEXT NOT NULL,
    role        TEXT CHECK (role IN ('commander', 'dispatcher', 'leader', 'screen', 'gateway')),
    area        TEXT,
    created_at  INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER,
    CHECK ((kind = 'machine') = (role IS NOT NULL AND area IS NOT NULL))
) STRICT;

INSERT INTO tokens_2 (digest, id, kind, login, role, area, created_at, seen_at, expires_at, revoked_at)
    SELECT digest, id, kind, login, role, area, created_at, seen_at, expires_at, revoked_at FROM tokens;
DROP TABLE tokens;
ALTER TABLE tokens_2 RENAME TO tokens;

CREATE INDEX tokens_by_login ON tokens (login, seen_at);
CREATE INDEX tokens_by_end ON tokens (expires_at) WHERE expires_at IS NOT NULL;
