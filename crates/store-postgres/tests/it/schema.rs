//! The two engines must not drift apart: the same tables, columns and indexes.

use std::collections::BTreeSet;

use kernel::CityId;
use store::{CellName, Opener};

/// `table.column type null` and `table index(columns) unique`.
type Shape = BTreeSet<String>;

/// SQLite ends every index with the row's key; PostgreSQL has to be told where a page is read in that order. An index that
/// is not unique is therefore the same with the key and without.
fn without_key(shape: Shape) -> Shape {
    let key_of = |table: &str| {
        shape.iter().find_map(|line| {
            let columns = line.strip_prefix(table)?.strip_prefix(" (")?.strip_suffix(") unique")?;
            (!columns.contains(',')).then(|| format!(",{columns})"))
        })
    };
    let strip = |line: &String| match line.split_once(" (") {
        Some((table, index)) if !index.contains(") unique") => {
            key_of(table).map_or_else(|| line.clone(), |key| line.replacen(&key, ")", 1))
        }
        _ => line.clone(),
    };
    shape.iter().map(strip).collect()
}

fn of_sqlite(path: &std::path::Path) -> Shape {
    let connection = rusqlite::Connection::open(path).expect("opens");
    let columns =
        "SELECT m.name || '.' || c.name || ' ' || c.type || CASE WHEN c.\"notnull\" THEN ' not null' ELSE '' END
        FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
    let indexes = "SELECT m.name || ' (' || (SELECT group_concat(i.name, ',' ORDER BY i.seqno) FROM pragma_index_info(l.name) i) || ')'
            || CASE WHEN l.\"unique\" THEN ' unique' ELSE '' END || CASE WHEN l.partial THEN ' partial' ELSE '' END
            || CASE WHEN l.origin = 'c' THEN ' ' || l.name ELSE '' END
        FROM sqlite_schema m JOIN pragma_index_list(m.name) l WHERE m.type = 'table'";
    let key = "SELECT m.name || ' (' || group_concat(c.name, ',' ORDER BY c.pk) || ') unique'
        FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.pk > 0 GROUP BY m.name";
    [columns, indexes, key]
        .iter()
        .flat_map(|sql| {
            let mut statement = connection.prepare(sql).expect("sql");
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("rows");
            rows.map(|row| row.expect("text")).collect::<Vec<_>>()
        })
        .collect()
}

async fn of_postgres(client: &tokio_postgres::Client, schema: &str) -> Shape {
    let columns = "SELECT table_name || '.' || column_name || ' '
            || CASE data_type WHEN 'bigint' THEN 'INTEGER' WHEN 'bytea' THEN 'BLOB' ELSE upper(data_type) END
            || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
        FROM information_schema.columns WHERE table_schema = $1";
    let indexes = "SELECT t.relname || ' (' || (SELECT string_agg(a.attname, ',' ORDER BY k.n)
                FROM unnest(x.indkey) WITH ORDINALITY k(of, n) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.of)
            || ')' || CASE WHEN x.indisunique THEN ' unique' ELSE '' END
            || CASE WHEN x.indpred IS NULL THEN '' ELSE ' partial' END
            || CASE WHEN x.indisprimary THEN '' ELSE ' ' || i.relname END
        FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_namespace s ON s.oid = t.relnamespace WHERE s.nspname = $1";
    let mut shape = Shape::new();
    for sql in [columns, indexes] {
        let rows = client.query(sql, &[&schema]).await.expect("catalogue");
        shape.extend(rows.iter().map(|row| row.get::<_, String>(0)));
    }
    shape
}

#[tokio::test]
async fn both_engines_have_the_same_tables_columns_and_indexes() {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("schema-{}", std::process::id()));
    let files = store_sqlite::Files::new(&dir);
    let database = crate::database().await;
    let (client, io) = tokio_postgres::connect(crate::server::url(), tokio_postgres::NoTls).await.expect("connects");
    tokio::spawn(io);
    for cell in [CellName::Platform, CellName::City(CityId::parse("lakeside").expect("slug"))] {
        drop(files.open(&cell).await.expect("opens"));
        drop(database.open(&cell).await.expect("opens"));
        let sqlite = without_key(of_sqlite(&files.path(&cell)));
        let postgres = without_key(of_postgres(&client, &database.schema(&cell)).await);
        assert!(sqlite.len() > 20, "{sqlite:#?}");
        let differences: Vec<&String> = sqlite.symmetric_difference(&postgres).collect();
        assert!(differences.is_empty(), "{cell:?}: {differences:#?}");
    }
    drop(std::fs::remove_dir_all(&dir));
}
