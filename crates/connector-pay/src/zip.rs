//! One file out of a small zip archive that nobody vouches for. Read from the central directory, the only place that
//! says what the archive holds; stored or deflated, nothing encrypted, nothing split, no zip64. Sizes are checked before
//! and while unpacking, and the checksum after.

use std::io::Read as _;

use connector::Failure;
use flate2::{Crc, read::DeflateDecoder};

const END: &[u8] = b"PK\x05\x06";
const ENTRY: &[u8] = b"PK\x01\x02";
const LOCAL: &[u8] = b"PK\x03\x04";
const END_BYTES: usize = 22;
const ENTRY_BYTES: usize = 46;
const LOCAL_BYTES: usize = 30;
const COMMENT_BYTES_MAX: usize = 65_535;
const ENTRIES_MAX: u16 = 64;

struct Entry<'a> {
    name: &'a [u8],
    method: u16,
    crc: u32,
    packed_bytes: usize,
    bytes: usize,
    at: usize,
}

/// The one file whose name is wanted. None, or more than one, is an archive that we do not understand.
pub fn file(archive: &[u8], bytes_max: usize, wanted: impl Fn(&[u8]) -> bool) -> Result<Vec<u8>, Failure> {
    let entries = directory(archive).ok_or(Failure::Garbage)?;
    let mut found = entries.iter().filter(|entry| wanted(entry.name));
    let (Some(entry), None) = (found.next(), found.next()) else { return Err(Failure::Garbage) };
    if entry.bytes > bytes_max {
        return Err(Failure::TooLarge);
    }
    unpacked(archive, entry).ok_or(Failure::Garbage)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn usize_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(bytes, at)?).ok()
}

fn directory(archive: &[u8]) -> Option<Vec<Entry<'_>>> {
    // The end record is the last thing but a comment, whose length must reach exactly to the end.
    let from = archive.len().checked_sub(END_BYTES)?;
    let end = (from.saturating_sub(COMMENT_BYTES_MAX)..=from).rev().find(|&at| {
        archive[at..].starts_with(END)
            && u16_at(archive, at + 20).is_some_and(|comment| at + END_BYTES + usize::from(comment) == archive.len())
    })?;
    let (count, mut at) = (u16_at(archive, end + 10)?, usize_at(archive, end + 16)?);
    let one_disk = u16_at(archive, end + 4)? == 0 && u16_at(archive, end + 8)? == count;
    if !one_disk || count > ENTRIES_MAX {
        return None;
    }
    let mut entries = Vec::new();
    for _ in 0..count {
        let entry = archive.get(at..end).filter(|rest| rest.starts_with(ENTRY) && rest.len() >= ENTRY_BYTES)?;
        let length = |at: usize| u16_at(entry, at).map(usize::from);
        let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
        let encrypted = u16_at(entry, 8)? & 1 != 0;
        if encrypted {
            return None;
        }
        entries.push(Entry {
            name: entry.get(ENTRY_BYTES..ENTRY_BYTES + name)?,
            method: u16_at(entry, 10)?,
            crc: u32_at(entry, 16)?,
            packed_bytes: usize_at(entry, 20)?,
            bytes: usize_at(entry, 24)?,
            at: usize_at(entry, 42)?,
        });
        at += ENTRY_BYTES + name + extra + comment;
    }
    (at == end).then_some(entries)
}

fn unpacked(archive: &[u8], entry: &Entry<'_>) -> Option<Vec<u8>> {
    let local = archive.get(entry.at..).filter(|local| local.starts_with(LOCAL))?;
    let name = usize::from(u16_at(local, 26)?);
    // Two names for one file are two files to two readers.
    if local.get(LOCAL_BYTES..LOCAL_BYTES + name)? != entry.name || u16_at(local, 8)? != entry.method {
        return None;
    }
    let begin = LOCAL_BYTES + name + usize::from(u16_at(local, 28)?);
    let packed = local.get(begin..begin.checked_add(entry.packed_bytes)?)?;
    let bytes = match entry.method {
        0 => packed.to_vec(),
        8 => {
            let mut bytes = Vec::new();
            // One byte more than promised is enough to know that the promise is broken.
            let limit = u64::try_from(entry.bytes).ok()?.checked_add(1)?;
            DeflateDecoder::new(packed).take(limit).read_to_end(&mut bytes).ok()?;
            bytes
        }
        _ => return None,
    };
    let mut crc = Crc::new();
    crc.update(&bytes);
    (bytes.len() == entry.bytes && crc.sum() == entry.crc).then_some(bytes)
}

#[cfg(test)]
pub mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::DeflateEncoder};
    use proptest::prelude::*;

    use super::*;

    /// An archive of some files, deflated, as the platform packs them.
    pub fn archive<N: AsRef<[u8]>>(files: &[(N, &[u8])]) -> Vec<u8> {
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, bytes) in files {
            let name = name.as_ref();
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(bytes).expect("memory");
            let packed = encoder.finish().expect("memory");
            let mut crc = Crc::new();
            crc.update(bytes);
            let size = |n: usize| u32::try_from(n).expect("small").to_le_bytes();
            let mut head = vec![20, 0, 0, 0, 8, 0, 0, 0, 0, 0];
            head.extend(crc.sum().to_le_bytes());
            head.extend(size(packed.len()));
            head.extend(size(bytes.len()));
            head.extend(&size(name.len())[..2]);
            head.extend([0, 0]);
            directory.extend(ENTRY.iter().chain(&[20, 0]).chain(&head));
            directory.extend([0; 10]);
            directory.extend(size(out.len()));
            directory.extend(name);
            out.extend(LOCAL.iter().chain(&head));
            out.extend(name);
            out.extend(&packed);
        }
        let count = &u32::try_from(files.len()).expect("small").to_le_bytes()[..2];
        let begins = u32::try_from(out.len()).expect("small").to_le_bytes();
        let length = u32::try_from(directory.len()).expect("small").to_le_bytes();
        out.extend(&directory);
        out.extend(
            END.iter().chain(&[0, 0, 0, 0]).chain(count).chain(count).chain(&length).chain(&begins).chain(&[0, 0]),
        );
        out
    }

    fn every(_: &[u8]) -> bool {
        true
    }

    #[test]
    fn one_file_is_found_by_its_name() {
        let zip = archive(&[("a.csv", b"one".as_slice()), ("b.csv", &b"two".repeat(1000))]);
        assert_eq!(file(&zip, 9_999, |name| name == b"a.csv"), Ok(b"one".to_vec()));
        assert_eq!(file(&zip, 9_999, |name| name == b"b.csv"), Ok(b"two".repeat(1000)));
        assert_eq!(file(&zip, 2_999, |name| name == b"b.csv"), Err(Failure::TooLarge));
        assert_eq!(file(&zip, 9_999, |name| name == b"c.csv"), Err(Failure::Garbage));
        assert_eq!(file(&zip, 9_999, every), Err(Failure::Garbage), "two of them");
    }

    #[test]
    fn a_bomb_stops_at_its_promise() {
        let mut zip = archive(&[("a", [0; 100_000].as_slice())]);
        // The directory promises ten bytes.
        let at = zip.windows(4).position(|w| w == ENTRY).expect("an entry");
        zip[at + 24..at + 28].copy_from_slice(&10_u32.to_le_bytes());
        assert_eq!(file(&zip, 1_000, every), Err(Failure::Garbage));
    }

    proptest! {
        #[test]
        fn an_altered_archive_gives_the_file_or_none(at in any::<proptest::sample::Index>(), with in any::<u8>()) {
            let bytes = b"2026-03-02,86.40\n".repeat(20);
            let mut zip = archive(&[("a.csv", bytes.as_slice())]);
            let at = at.index(zip.len());
            zip[at] = with;
            if let Ok(read) = file(&zip, 9_999, |_| true) {
                prop_assert_eq!(read, bytes);
            }
        }

        #[test]
        fn any_bytes_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut zip = bytes;
            prop_assert!(file(&zip, 9_999, |_| true).is_err());
            zip.extend(END.iter().chain(&[0; 18]));
            prop_assert!(file(&zip, 9_999, |_| true).is_err());
        }
    }
}
