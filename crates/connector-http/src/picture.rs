//! Is this a picture, and all of it? The bytes decide, not the header that came with them. SVG is a document that can
//! run scripts, so it is never one, and nothing may hang on after a picture's end. Pictures are not decoded here.

use connector::Failure;

const PNG_END: &[u8] = b"\0\0\0\0IEND\xaeB`\x82";

/// The content type of a whole PNG, JPEG or WebP, by its first and last bytes.
pub fn content_type(bytes: &[u8]) -> Result<&'static str, Failure> {
    let (content_type, whole) = match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', _, _, _, _, b'I', b'H', b'D', b'R', ..] => {
            ("image/png", bytes.ends_with(PNG_END))
        }
        [0xff, 0xd8, 0xff, _, ..] => ("image/jpeg", bytes.ends_with(&[0xff, 0xd9])),
        [b'R', b'I', b'F', b'F', a, b, c, d, b'W', b'E', b'B', b'P', b'V', b'P', b'8', ..] => {
            ("image/webp", u64::from(u32::from_le_bytes([*a, *b, *c, *d])) + 8 == bytes.len() as u64)
        }
        _ => return Err(Failure::Garbage),
    };
    if whole { Ok(content_type) } else { Err(Failure::Half) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide_and_the_last_ones_too() {
        let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0".as_slice(), PNG_END].concat();
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF\xff\xd9".to_vec();
        let webp = b"RIFF\x0a\0\0\0WEBPVP8 xx".to_vec();
        for (bytes, kind) in [(png, "image/png"), (jpeg, "image/jpeg"), (webp, "image/webp")] {
            assert_eq!(content_type(&bytes), Ok(kind));
            assert_eq!(content_type(&bytes[..bytes.len() - 1]), Err(Failure::Half), "{kind} cut");
            assert_eq!(content_type(&[&bytes, b"<script>".as_slice()].concat()), Err(Failure::Half), "{kind} and more");
        }
        for no in [
            &b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..],
            b"<!doctype html>",
            b"GIF89a",
            b"RIFF\x24\0\0\0WAVEfmt ",
            b"\x89PNG",
            b"",
            b"%PDF-1.7",
        ] {
            assert_eq!(content_type(no), Err(Failure::Garbage));
        }
    }
}
