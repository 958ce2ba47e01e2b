-- Dispatches, what they froze, and every try at every delivery.
-- States, kinds and phases are the numbers of record/dispatch.h and
-- record/delivery.h.

CREATE TABLE dispatch (
	id INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,
	state INTEGER NOT NULL,
	hold_reason TEXT NOT NULL,
	release TEXT NOT NULL,      -- its slug
	title TEXT NOT NULL,
	lists TEXT NOT NULL,        -- names, in --to order, joined by ','
	segment TEXT NOT NULL,      -- --where, '' for none
	language TEXT NOT NULL,     -- --language, '' for all
	not_before_ms INTEGER NOT NULL,
	date_ms INTEGER NOT NULL,   -- what Date says
	seed INTEGER NOT NULL,      -- of the order of the positions
	created_ms INTEGER NOT NULL,
	finished_ms INTEGER NOT NULL, -- 0 while it isn't
	actor TEXT NOT NULL         -- who confirmed it: login name
) STRICT;

CREATE INDEX dispatch_release ON dispatch (release);
CREATE INDEX dispatch_open ON dispatch (state) WHERE finished_ms = 0;

-- The release's files as they were frozen: to show what has changed since.
CREATE TABLE dispatch_source (
	dispatch INTEGER NOT NULL REFERENCES dispatch (id),
	path TEXT NOT NULL,
	content BLOB NOT NULL,
	PRIMARY KEY (dispatch, path)
) STRICT, WITHOUT ROWID;

-- Compiled letters: one a language, and one more where a list has a From of its own.
CREATE TABLE letter (
	dispatch INTEGER NOT NULL REFERENCES dispatch (id),
	number INTEGER NOT NULL,
	language TEXT NOT NULL,
	content BLOB NOT NULL,
	PRIMARY KEY (dispatch, number)
) STRICT;

CREATE TABLE delivery (
	dispatch INTEGER NOT NULL REFERENCES dispatch (id),
	position INTEGER NOT NULL,
	state INTEGER NOT NULL,
	tries INTEGER NOT NULL,
	next_ms INTEGER NOT NULL,   -- when it may be tried; 0: at once
	subscriber INTEGER REFERENCES subscriber (id), -- NULL for copies and tests
	list INTEGER,               -- the first list that led to it; NULL likewise
	also TEXT NOT NULL,         -- the other lists' names, joined by ','
	letter INTEGER NOT NULL,
	is_copy INTEGER NOT NULL,
	is_possible_duplicate INTEGER NOT NULL, -- the next try may be the second message
	address TEXT NOT NULL,      -- the envelope's
	domain TEXT NOT NULL,
	slots BLOB NOT NULL,        -- the letter's fields, in their order
	PRIMARY KEY (dispatch, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_open ON delivery (dispatch, state, next_ms) WHERE state IN (0, 1, 3, 5);
CREATE INDEX delivery_subscriber ON delivery (subscriber) WHERE subscriber IS NOT NULL;
CREATE INDEX delivery_other ON delivery (address) WHERE subscriber IS NULL;

-- Relays as they were when something went through them.
CREATE TABLE route (
	id INTEGER PRIMARY KEY,
	relay TEXT NOT NULL,
	tls INTEGER NOT NULL,
	tls_version TEXT NOT NULL,
	UNIQUE (relay, tls, tls_version)
) STRICT;

-- Append-only.
CREATE TABLE attempt (
	dispatch INTEGER NOT NULL,
	position INTEGER NOT NULL,
	number INTEGER NOT NULL,
	phase INTEGER NOT NULL,
	outcome INTEGER NOT NULL,
	code INTEGER NOT NULL,
	enhanced TEXT NOT NULL,
	reply TEXT NOT NULL,
	route INTEGER NOT NULL REFERENCES route (id),
	started_ms INTEGER NOT NULL,
	settled_ms INTEGER NOT NULL,
	is_possible_duplicate INTEGER NOT NULL,
	PRIMARY KEY (dispatch, position, number),
	FOREIGN KEY (dispatch, position) REFERENCES delivery (dispatch, position)
) STRICT, WITHOUT ROWID;

-- Whom a dispatch left out, and why (record/dispatch.h).
CREATE TABLE left_out (
	dispatch INTEGER NOT NULL REFERENCES dispatch (id),
	subscriber INTEGER NOT NULL,
	list INTEGER NOT NULL,
	reason INTEGER NOT NULL,
	PRIMARY KEY (dispatch, subscriber, list)
) STRICT, WITHOUT ROWID;
