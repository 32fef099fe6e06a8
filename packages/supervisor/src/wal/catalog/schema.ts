import type { DatabaseSync } from 'node:sqlite'

/** Of another version than this one an index is made anew. */
export const version = 1

/**
 * `segments`: how far each file of the log is known, by its first seq. `names`: jobs and sessions, in the order in
 * which they appear; of a job state 1 says that it has started, 2 that it has ended. `places`: their records.
 */
export function createTables(database: DatabaseSync): void {
  database.exec(`
    DROP TABLE IF EXISTS state; DROP TABLE IF EXISTS segments; DROP TABLE IF EXISTS names; DROP TABLE IF EXISTS places;
    CREATE TABLE state (
      id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, boot_id TEXT NOT NULL, next_seq INTEGER,
      next_prev TEXT, last_seq INTEGER, missing_seq INTEGER, missing_prev TEXT, is_damaged INTEGER NOT NULL,
      names INTEGER NOT NULL, unfinished INTEGER NOT NULL
    );
    CREATE TABLE segments (
      first INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, last_offset INTEGER NOT NULL, last_hash TEXT NOT NULL
    );
    CREATE TABLE names (
      id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, places INTEGER NOT NULL,
      state INTEGER NOT NULL, outcome TEXT, UNIQUE (kind, name)
    );
    CREATE INDEX unfinished ON names (id) WHERE kind = 0 AND state = 1;
    CREATE TABLE places (
      name INTEGER NOT NULL, segment INTEGER NOT NULL, offset INTEGER NOT NULL, PRIMARY KEY (name, segment, offset)
    ) WITHOUT ROWID;
  `)
}
