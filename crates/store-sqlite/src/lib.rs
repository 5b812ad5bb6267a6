//! The store on SQLite: one file per cell in one directory, one writer thread per file, reads on the calling thread.
//!
//! Nothing is decided here and no port is known here: this crate runs statements and jobs. Durable means `WAL` with
//! `synchronous=FULL`; an I/O error while committing ends the process, because what the disk holds is unknown then.

mod connection;
mod migration;
mod reader;
mod writer;

use std::{path::PathBuf, sync::Arc};

use store::{CellName, Engine, Error, Fut, Job, Load, Opener, Queue, Result, Row, Statement, Value};

use crate::{reader::Readers, writer::Writer};

/// A directory of cells.
#[derive(Clone, Debug)]
pub struct Files {
    dir: PathBuf,
}

impl Files {
    #[must_use]
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into() }
    }

    /// Where a cell lives.
    #[must_use]
    pub fn path(&self, cell: &CellName) -> PathBuf {
        match cell {
            CellName::Platform => self.dir.join("platform.sqlite"),
            CellName::City(id) => self.dir.join(format!("city-{id}.sqlite")),
        }
    }

    fn open_file(&self, cell: &CellName) -> Result<File> {
        std::fs::create_dir_all(&self.dir)
            .map_err(|cause| Error::Unavailable(format!("{}: {cause}", self.dir.display())))?;
        let path = self.path(cell);
        let mut writing = connection::writing(&path)?;
        migration::run(&mut writing, cell.kind())?;
        let readers = Arc::new(Readers::new(path));
        let (queue, writer) = Writer::start(writing, cell, Arc::clone(&readers))?;
        Ok(File { readers, queue, _writer: writer })
    }
}

impl Opener for Files {
    fn open<'a>(&'a self, cell: &'a CellName) -> Fut<'a, Arc<dyn Engine>> {
        Box::pin(async move { Ok(Arc::new(self.open_file(cell)?) as Arc<dyn Engine>) })
    }
}

/// One open file. Dropping it commits what waits and ends the writer.
struct File {
    readers: Arc<Readers>,
    // Declared before the writer, hence dropped before it: the thread ends when its queue is gone.
    queue: Queue,
    _writer: Writer,
}

impl Engine for File {
    fn read<'a>(&'a self, statement: &'static Statement, values: &'a [Value]) -> Fut<'a, Vec<Row>> {
        Box::pin(async move { self.readers.with(|connection| connection::many(connection, statement, values)) })
    }

    fn write(&self, job: Box<dyn Job>) -> Fut<'_, store::Done> {
        Box::pin(self.queue.submit(job))
    }

    fn prepare(&self, statement: &'static Statement) -> Fut<'_, ()> {
        Box::pin(async move { self.readers.with(|connection| connection::prepare(connection, statement)) })
    }

    fn load(&self) -> Load {
        self.queue.load()
    }

    // One process opens a file; a second one would wait for its lock, and is not how a city is run.
    fn is_alone(&self) -> bool {
        true
    }

    fn close(&self) -> Fut<'_, ()> {
        Box::pin(async move {
            self.queue.close().await;
            Ok(())
        })
    }
}
