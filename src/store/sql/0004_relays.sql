-- When a relay was found to break PIPELINING, 0 if it doesn't: that is believed for a while only.
ALTER TABLE relay_state RENAME COLUMN breaks_pipelining TO broke_ms;
