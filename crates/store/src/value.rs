//! The four kinds of value that both engines share. Instants are integers, ids and indexes are blobs, words are text.

use kernel::{Id, Index, Sealed, Timestamp};

use crate::{Error, Result};

#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// Prints the kind and the size only, because most values belong to a person.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Int(_) => f.write_str("int"),
            Self::Text(text) => write!(f, "text of {} bytes", text.len()),
            Self::Blob(bytes) => write!(f, "blob of {} bytes", bytes.len()),
        }
    }
}

macro_rules! into_value {
    ($($from:ty => |$it:ident| $value:expr;)+) => {
        $(impl From<$from> for Value {
            fn from($it: $from) -> Self {
                $value
            }
        })+
    };
}

into_value! {
    i64 => |it| Self::Int(it);
    u32 => |it| Self::Int(i64::from(it));
    kernel::Date => |it| Self::Text(it.to_string());
    bool => |it| Self::Int(i64::from(it));
    Timestamp => |it| Self::Int(it.0);
    &str => |it| Self::Text(it.to_owned());
    &String => |it| Self::Text(it.clone());
    Id => |it| Self::Blob(it.0.to_vec());
    &Index => |it| Self::Blob(it.0.to_vec());
    &[u8; 32] => |it| Self::Blob(it.to_vec());
    &Sealed => |it| Self::Blob(it.0.clone());
    &[u8] => |it| Self::Blob(it.to_vec());
    Vec<u8> => |it| Self::Blob(it);
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(it: Option<T>) -> Self {
        it.map_or(Self::Null, Into::into)
    }
}

/// The values of one statement, in the order of its placeholders.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::Value::from($value)),*]
    };
}
pub(crate) use values;

/// The same as one row of many.
macro_rules! row {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::Value::from($value)),*]
    };
}
pub(crate) use row;

/// One row of an answer. A getter names a column by its place and says what it must be.
#[derive(Clone, Debug)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn cell(&self, at: usize) -> &Value {
        self.0.get(at).unwrap_or(&Value::Null)
    }

    fn wrong<T>(&self, at: usize, wanted: &str) -> Result<T> {
        Err(Error::Corrupt(format!("column {at} holds {:?}, not {wanted}", self.cell(at))))
    }

    pub fn int(&self, at: usize) -> Result<i64> {
        match self.cell(at) {
            Value::Int(int) => Ok(*int),
            _ => self.wrong(at, "an int"),
        }
    }

    pub fn count(&self, at: usize) -> Result<u64> {
        u64::try_from(self.int(at)?).or_else(|_| self.wrong(at, "a count"))
    }

    pub fn timestamp(&self, at: usize) -> Result<Timestamp> {
        self.int(at).map(Timestamp)
    }

    pub fn small(&self, at: usize) -> Result<u32> {
        u32::try_from(self.int(at)?).or_else(|_| self.wrong(at, "a small count"))
    }

    pub fn flag(&self, at: usize) -> Result<bool> {
        self.int(at).map(|int| int != 0)
    }

    pub fn date(&self, at: usize) -> Result<kernel::Date> {
        self.word(at, |word| word.parse().ok())
    }

    pub fn index(&self, at: usize) -> Result<Index> {
        self.hash(at).map(Index)
    }

    pub fn text(&self, at: usize) -> Result<String> {
        match self.cell(at) {
            Value::Text(text) => Ok(text.clone()),
            _ => self.wrong(at, "text"),
        }
    }

    pub fn blob(&self, at: usize) -> Result<Vec<u8>> {
        match self.cell(at) {
            Value::Blob(bytes) => Ok(bytes.clone()),
            _ => self.wrong(at, "a blob"),
        }
    }

    pub fn sealed(&self, at: usize) -> Result<Sealed> {
        self.blob(at).map(Sealed)
    }

    pub fn id(&self, at: usize) -> Result<Id> {
        match self.cell(at) {
            Value::Blob(bytes) => Id::from_slice(bytes).map_or_else(|| self.wrong(at, "an id"), Ok),
            _ => self.wrong(at, "an id"),
        }
    }

    pub fn hash(&self, at: usize) -> Result<[u8; 32]> {
        match self.cell(at) {
            Value::Blob(bytes) => bytes.as_slice().try_into().or_else(|_| self.wrong(at, "a hash")),
            _ => self.wrong(at, "a hash"),
        }
    }

    /// The value of a column that may be empty, read by one of the other getters.
    pub fn maybe<T>(&self, at: usize, get: impl FnOnce(&Self, usize) -> Result<T>) -> Result<Option<T>> {
        match self.cell(at) {
            Value::Null => Ok(None),
            _ => get(self, at).map(Some),
        }
    }

    /// A word that a closed set of words knows.
    pub fn word<T>(&self, at: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T> {
        match self.cell(at) {
            Value::Text(text) => match parse(text) {
                Some(value) => Ok(value),
                None => self.wrong(at, "a word this binary knows"),
            },
            _ => self.wrong(at, "a word"),
        }
    }
}
