-- One-time codes that an administrator made, with which a user may enrol the first factor.
CREATE TABLE enrolment_tokens (
    user_id TEXT PRIMARY KEY,                 -- a new code takes the place of the one before
    digest  BLOB NOT NULL,                    -- SHA-256 of the code, which has 125 random bits
    expires INTEGER NOT NULL                  -- Unix seconds
) STRICT;
