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

-- Its condition without IN: SQLite makes a table for a list of values, with a page cache of its
-- own, each time it updates a row that may be in the index.
DROP INDEX delivery_open;
CREATE INDEX delivery_open ON delivery (dispatch, state, next_ms)
	WHERE state = 0 OR state = 1 OR state = 3 OR state = 5;
