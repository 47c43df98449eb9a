-- Enrolled authenticator apps. A row's seed opens only with the key file, and only for this user and id.
CREATE TABLE totp_authenticators (
    id           TEXT PRIMARY KEY,            -- 128 random bits, hexadecimal
    user_id      TEXT NOT NULL,               -- the application's immutable id of the user
    name         TEXT NOT NULL,               -- the friendly name, unique for each user
    seed         BLOB NOT NULL,               -- key id, NUL, nonce, AES-256-GCM ciphertext of 160 bits
    last_step    INTEGER NOT NULL,            -- the highest RFC 6238 step ever used; only higher ones are accepted
    failures     INTEGER NOT NULL DEFAULT 0,  -- wrong codes since the last right one; 20 disable the factor
    added_at     INTEGER NOT NULL,            -- Unix seconds
    last_used_at INTEGER,                     -- Unix seconds; NULL until the first sign-in with it
    UNIQUE (user_id, name)
) STRICT;

-- Wrong codes, each written before its code is looked at. A right code deletes its own line and no other.
CREATE TABLE failed_attempts (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL,
    at      INTEGER NOT NULL                  -- Unix seconds
) STRICT;
CREATE INDEX failed_attempts_by_user ON failed_attempts (user_id, at);

-- The row of failures that makes an account wait.
CREATE TABLE failure_rows (
    user_id      TEXT PRIMARY KEY,
    in_a_row     INTEGER NOT NULL,            -- failures since the last success
    last_failure INTEGER NOT NULL             -- Unix seconds
) STRICT;

-- What happened, for the user's security page and for auditors. Never a secret.
CREATE TABLE audit_log (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          INTEGER NOT NULL,             -- Unix seconds
    user_id     TEXT NOT NULL,
    what        TEXT NOT NULL,                -- the event's name
    detail      TEXT NOT NULL,                -- the factor's name or the like
    client      TEXT NOT NULL                 -- the client's address
) STRICT;
CREATE INDEX audit_log_by_user ON audit_log (user_id, id DESC);

-- Gateway sessions from the first sign-in on. Anonymous ones are kept in memory only.
CREATE TABLE sessions (
    id        TEXT PRIMARY KEY,               -- the record id, hexadecimal
    version   INTEGER NOT NULL,               -- rises with every write; a write names the one it read
    user_id   TEXT NOT NULL,
    expires   INTEGER NOT NULL,               -- Unix seconds
    last_seen INTEGER NOT NULL,               -- Unix seconds, written at most once a minute
    record    TEXT NOT NULL                   -- JSON; holds digests of tokens and cookies, never a value
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);

-- One line: a text that only the right key file opens.
CREATE TABLE key_canary (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    sealed BLOB NOT NULL
) STRICT;
