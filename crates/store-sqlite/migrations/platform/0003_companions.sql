-- Persons for whom an account books: a child, a parent, who travels along. The face, name and number, is sealed.
CREATE TABLE companion (
    id BLOB NOT NULL PRIMARY KEY,
    account BLOB NOT NULL,
    person BLOB NOT NULL,
    relation TEXT NOT NULL,
    face BLOB NOT NULL,
    added_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX companion_person ON companion (account, person);
