//! A zip archive as Alipay packs its bills: names in the national encoding without a mark, which the libraries for zip
//! archives do not write.

use std::io::Write as _;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// Archives hold two files of a day; sizes beyond four gigabytes do not occur.
fn four(n: usize) -> [u8; 4] {
    u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes()
}

fn two(n: usize) -> [u8; 2] {
    u16::try_from(n).unwrap_or(u16::MAX).to_le_bytes()
}

pub(crate) fn archive(files: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in files {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        let packed = encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default();
        let mut crc = Crc::new();
        crc.update(bytes);
        // Version 2.0, no flags, deflate, 1980-01-01.
        let mut head = vec![20, 0, 0, 0, 8, 0, 0, 0, 33, 0];
        head.extend(crc.sum().to_le_bytes());
        head.extend(four(packed.len()));
        head.extend(four(bytes.len()));
        head.extend(two(name.len()));
        head.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(four(out.len()));
        directory.extend(name);
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(name);
        out.extend(&packed);
    }
    let begins = four(out.len());
    out.extend(&directory);
    out.extend(b"PK\x05\x06\x00\x00\x00\x00");
    out.extend(two(files.len()));
    out.extend(two(files.len()));
    out.extend(four(directory.len()));
    out.extend(begins);
    out.extend([0, 0]);
    out
}
