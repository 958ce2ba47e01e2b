-- Whether the newsroom's sender carries it; if there's none now, whether the last one did.
ALTER TABLE dispatch ADD COLUMN is_carried INTEGER NOT NULL DEFAULT 0 CHECK (is_carried IN (0, 1));
