-- What a refusal is about, proof of what was sent, and how the relays are doing.

ALTER TABLE attempt ADD COLUMN cause INTEGER NOT NULL DEFAULT 0; -- enum attempt_cause
-- SHA-256 of the message, of an unknown one: a second one must be the same.
ALTER TABLE attempt ADD COLUMN digest BLOB;

CREATE TABLE relay_state (
	relay TEXT PRIMARY KEY,     -- host:port
	state INTEGER NOT NULL,
	words TEXT NOT NULL,        -- the last trouble, '' if there's none
	since_ms INTEGER NOT NULL,
	retry_ms INTEGER NOT NULL,  -- when it's tried again; 0: it is in use
	breaks_pipelining INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
