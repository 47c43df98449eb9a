-- Passkeys that were made elsewhere, or for another host.
ALTER TABLE passkeys ADD COLUMN rp_id TEXT;       -- the host it was made for; NULL where that was not written down yet
ALTER TABLE passkeys ADD COLUMN user_handle BLOB; -- what an imported one knows its user by; NULL: webauthn_users.handle, if anything
CREATE INDEX passkeys_by_handle ON passkeys (user_handle) WHERE user_handle IS NOT NULL;

-- The kind of factor that a line is about: a name that somebody gave to one says nothing of it.
ALTER TABLE audit_log ADD COLUMN kind TEXT;       -- 'totp', 'passkey' or 'backup_code'; NULL in other and in older lines

-- Users whose factors an administrator has changed beside a running gateway, which brings their sessions
-- to where the factors put them and then deletes the line.
CREATE TABLE changed_users (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id TEXT NOT NULL
) STRICT;

-- Every factor that satisfies a challenge by itself: the one place that knows in which tables they are.
CREATE VIEW factors AS
    SELECT id, user_id, name FROM totp_authenticators
    UNION ALL
    SELECT id, user_id, name FROM passkeys;
