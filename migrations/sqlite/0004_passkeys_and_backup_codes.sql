-- Passkeys and security keys. A row's credential opens only with the key file, for this user and id.
CREATE TABLE passkeys (
    id                TEXT PRIMARY KEY,       -- 128 random bits, hexadecimal
    user_id           TEXT NOT NULL,          -- the application's immutable id of the user
    name              TEXT NOT NULL,          -- the friendly name, unique for each user
    credential_digest BLOB NOT NULL UNIQUE,   -- SHA-256 of WebAuthn's credential id
    credential        BLOB NOT NULL,          -- key id, NUL, nonce, AES-256-GCM ciphertext of JSON
    counter           INTEGER NOT NULL,       -- the highest signature counter ever accepted; 0 where none is kept
    aaguid            BLOB,                   -- 128 bits that name the make, as far as it says so
    added_at          INTEGER NOT NULL,       -- Unix seconds
    last_used_at      INTEGER,                -- Unix seconds; NULL until the first sign-in with it
    UNIQUE (user_id, name)
) STRICT;

-- What authenticators know a user by: 128 random bits, and nothing of the application's.
CREATE TABLE webauthn_users (
    user_id TEXT PRIMARY KEY,
    handle  BLOB NOT NULL UNIQUE
) STRICT;

-- Backup codes, a sheet of ten for each user. A new sheet takes the place of the one before.
CREATE TABLE backup_codes (
    id       TEXT PRIMARY KEY,                -- 128 random bits, hexadecimal
    user_id  TEXT NOT NULL,
    selector TEXT NOT NULL,                   -- the code's first letters, which find the row
    hash     TEXT NOT NULL,                   -- Argon2id of the rest, with its salt and parameters
    made_at  INTEGER NOT NULL,                -- Unix seconds
    used_at  INTEGER,                         -- Unix seconds; NULL while the code is good
    UNIQUE (user_id, selector)
) STRICT;
