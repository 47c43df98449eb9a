-- Wrong passwords at a step-up are counted like wrong codes, each kind by itself: a right password forgives no
-- wrong code, and wrong passwords keep no code waiting.
ALTER TABLE failed_attempts ADD COLUMN guess TEXT NOT NULL DEFAULT 'code';  -- 'code' or 'password'
DROP INDEX failed_attempts_by_user;
CREATE INDEX failed_attempts_by_user ON failed_attempts (user_id, guess, at);

CREATE TABLE rows_of_failures (
    user_id      TEXT NOT NULL,
    guess        TEXT NOT NULL,               -- 'code' or 'password'
    in_a_row     INTEGER NOT NULL,            -- failures since the last success of this kind
    last_failure INTEGER NOT NULL,            -- Unix seconds
    PRIMARY KEY (user_id, guess)
) STRICT;
INSERT INTO rows_of_failures SELECT user_id, 'code', in_a_row, last_failure FROM failure_rows;
DROP TABLE failure_rows;
ALTER TABLE rows_of_failures RENAME TO failure_rows;
