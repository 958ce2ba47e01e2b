-- Single values by name.
CREATE TABLE meta (
	name TEXT NOT NULL PRIMARY KEY,
	value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- A media list.
CREATE TABLE list (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE,
	title TEXT NOT NULL,
	region TEXT NOT NULL,
	language TEXT NOT NULL,
	zone TEXT NOT NULL,
	from_mailbox TEXT NOT NULL,
	is_trusted INTEGER NOT NULL CHECK (is_trusted IN (0, 1))
) STRICT;

-- One thing somebody did to a list, or to two of them (a move).
-- settings: the list's before `list set`, as JSON.
CREATE TABLE change (
	id INTEGER PRIMARY KEY,
	list_id INTEGER NOT NULL REFERENCES list (id),
	other_list_id INTEGER REFERENCES list (id),
	kind INTEGER NOT NULL,
	made_ms INTEGER NOT NULL,
	who TEXT NOT NULL,
	detail TEXT NOT NULL,
	added INTEGER NOT NULL DEFAULT 0,
	updated INTEGER NOT NULL DEFAULT 0,
	removed INTEGER NOT NULL DEFAULT 0,
	settings TEXT,
	undone_by INTEGER REFERENCES change (id)
) STRICT;
CREATE INDEX change_by_list ON change (list_id, id);
CREATE INDEX change_by_other_list ON change (other_list_id, id) WHERE other_list_id IS NOT NULL;

-- A journalist: what is the same on every list. change_id: the last change that
-- touched the row, so that an undo knows whether somebody came after it.
CREATE TABLE subscriber (
	id INTEGER PRIMARY KEY,
	address_key TEXT NOT NULL UNIQUE,
	address TEXT NOT NULL,
	name TEXT NOT NULL,
	salutation TEXT NOT NULL,
	change_id INTEGER NOT NULL
) STRICT;

-- A journalist on a list. attributes: a JSON object of texts, its keys sorted.
CREATE TABLE membership (
	list_id INTEGER NOT NULL REFERENCES list (id),
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id),
	state INTEGER NOT NULL,
	outlet TEXT NOT NULL,
	role TEXT NOT NULL,
	language TEXT NOT NULL,
	attributes TEXT NOT NULL,
	change_id INTEGER NOT NULL,
	PRIMARY KEY (list_id, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX membership_by_subscriber ON membership (subscriber_id, list_id);

-- What a change found: the membership's values before it, all NULL where there
-- was none.
CREATE TABLE change_membership (
	change_id INTEGER NOT NULL REFERENCES change (id),
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id),
	list_id INTEGER NOT NULL REFERENCES list (id),
	state INTEGER,
	outlet TEXT,
	role TEXT,
	language TEXT,
	attributes TEXT,
	last_change_id INTEGER,
	PRIMARY KEY (change_id, subscriber_id, list_id)
) STRICT, WITHOUT ROWID;

-- The same for a subscriber's values; only where the change replaced some.
CREATE TABLE change_subscriber (
	change_id INTEGER NOT NULL REFERENCES change (id),
	subscriber_id INTEGER NOT NULL REFERENCES subscriber (id),
	name TEXT NOT NULL,
	salutation TEXT NOT NULL,
	last_change_id INTEGER NOT NULL,
	PRIMARY KEY (change_id, subscriber_id)
) STRICT, WITHOUT ROWID;

-- An address that must not be written to, whether or not anybody has it.
CREATE TABLE suppression (
	address_key TEXT NOT NULL PRIMARY KEY,
	address TEXT NOT NULL,
	reason INTEGER NOT NULL,
	note TEXT NOT NULL,
	who TEXT NOT NULL,
	made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
