-- Persons for whom an account books: a child, a parent, who travels along. The face, name and number, is sealed.
CREATE TABLE companion (
    id BYTEA NOT NULL PRIMARY KEY,
    account BYTEA NOT NULL,
    person BYTEA NOT NULL,
    relation TEXT NOT NULL,
    face BYTEA NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX companion_person ON companion (account, person);
