-- Calendar programs read duties by a token of their own.
ALTER TABLE tokens DROP CONSTRAINT tokens_kind_check;
ALTER TABLE tokens ADD CONSTRAINT tokens_kind_check
    CHECK (kind IN ('login', 'machine', 'demonstration', 'calendar'));
