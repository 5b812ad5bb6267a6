//! Bytes to text. Departments answer in UTF-8 or in the national GB18030 (GBK and GB2312 are parts of it); everything
//! else is not the agreed format. Strict both ways: a byte that does not fit is garbage, never a replacement character
//! in somebody's name.

use connector::Failure;
use encoding_rs::GB18030;

/// Decodes an answer by the `charset` of its content type, if it has one.
pub fn decode(body: &[u8], content_type: Option<&str>) -> Result<String, Failure> {
    match content_type.and_then(charset).as_deref() {
        None => utf8(body).or_else(|_| gb18030(body)),
        Some("utf-8" | "utf8" | "us-ascii") => utf8(body),
        Some("gb18030" | "gbk" | "gb2312" | "x-gbk" | "cp936") if !is_surely_utf8(body) => gb18030(body),
        Some(_) => Err(Failure::Garbage),
    }
}

fn charset(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    })
}

fn utf8(body: &[u8]) -> Result<String, Failure> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    std::str::from_utf8(body).map(str::to_owned).map_err(|_| Failure::Garbage)
}

fn gb18030(body: &[u8]) -> Result<String, Failure> {
    // The byte order mark as GB18030 writes it.
    let body = body.strip_prefix(b"\x84\x31\x95\x33").unwrap_or(body);
    GB18030.decode_without_bom_handling_and_without_replacement(body).map(Into::into).ok_or(Failure::Garbage)
}

/// A body that is labelled GB18030 but reads as UTF-8 with several three-byte characters would decode to nonsense
/// without an error; by chance real GB18030 text hardly ever looks like that.
fn is_surely_utf8(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok_and(|text| text.chars().filter(|c| c.len_utf8() == 3).count() >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gb(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn utf8_and_gb18030_are_read_with_and_without_a_label() {
        let text = "{\"xm\":\"湖滨市𠮷田一\"}";
        for label in [
            None,
            Some("application/json"),
            Some("application/json; charset=UTF-8"),
            Some("text/json;charset=\"utf-8\""),
        ] {
            assert_eq!(decode(text.as_bytes(), label).as_deref(), Ok(text), "{label:?}");
        }
        for label in [
            None,
            Some("application/json"),
            Some("application/json; charset=GB18030"),
            Some("x/y; q=1; Charset=GBK"),
            Some("a/b;charset=gb2312"),
        ] {
            assert_eq!(decode(&gb(text), label).as_deref(), Ok(text), "{label:?}");
        }
        assert_eq!(decode(b"\xEF\xBB\xBF{}", None).as_deref(), Ok("{}"));
        assert_eq!(decode(&gb("\u{feff}{}"), Some("a/b; charset=gb18030")).as_deref(), Ok("{}"));
    }

    #[test]
    fn a_label_that_lies_is_garbage() {
        assert_eq!(decode(&gb("湖滨市"), Some("a/b; charset=utf-8")), Err(Failure::Garbage));
        assert_eq!(decode("湖滨市".as_bytes(), Some("a/b; charset=gbk")), Err(Failure::Garbage));
        assert_eq!(decode(b"{}", Some("a/b; charset=big5")), Err(Failure::Garbage));
    }

    #[test]
    fn other_encodings_are_garbage() {
        let utf16: Vec<u8> = "\u{feff}{\"a\":\"湖\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16, None), Err(Failure::Garbage));
        assert_eq!(decode(&utf16, Some("application/json; charset=utf-16")), Err(Failure::Garbage));
        assert_eq!(decode(b"\"\xFF\xFE\"", None), Err(Failure::Garbage));
    }
}
