//! The parts of the home page that are the same for many people, made once and kept until other packs are in force.
//!
//! A frame is everything around what concerns one person. Nothing personal is ever in one: whoever makes a page hands the
//! personal part in afterwards. For browsers that take gzip the frame is kept compressed, too; the personal part goes
//! between as it is, because compressing a kilobyte costs more than it saves, and because personal data that is not
//! compressed beside an address cannot be guessed from the length of the answer.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress};
use manifest::{Catalogue, CityPack};
use maud::{Markup, html};
use ui::{Channel, Size, Theme};

/// Frames differ by city, language, look and cards. More than this many at once means that somebody plays with cookies.
const FRAMES_MAX: usize = 256;

/// Where the personal part goes. No pack and no person writes this character.
const HOLE: &str = "\u{1}";

/// Stands for the personal part while a frame is made.
pub(crate) fn hole() -> Markup {
    html! { (HOLE) }
}

/// Everything that a frame depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Where the city's pack lies; the frames hold on to its catalogue, so no other pack can lie there.
    pub city: usize,
    pub lang: kernel::Lang,
    pub size: Size,
    pub theme: Theme,
    pub channel: Channel,
    /// The browser has the style sheet.
    pub styled: bool,
    pub signed_in: bool,
    /// The real-name check is passed.
    pub verified: bool,
    /// Nothing concerns one person alone, so the frame has no hole.
    pub plain: bool,
    /// For which of the city's first services there is a card, one bit each.
    pub cards: u16,
}

/// The texts before and behind the hole.
pub struct Frame {
    html: [Bytes; 2],
    /// Raw deflate. The one before the hole ends on a byte and is not the last; the one behind is.
    deflated: [Vec<u8>; 2],
    /// The gzip file with nothing in the hole: most who have nothing here yet are sent this as it is.
    packed: Bytes,
}

fn deflate(html: &str, flush: FlushCompress) -> Vec<u8> {
    let mut deflated = Vec::with_capacity(html.len() + 64);
    // Writing into memory with room for all of it cannot fail; if it did, browsers would refuse the whole at once.
    let _ = Compress::new(Compression::best(), false).compress_vec(html.as_bytes(), &mut deflated, flush);
    deflated.shrink_to_fit();
    deflated
}

impl Frame {
    /// Splits a page that was made with [`hole`] in it.
    pub(crate) fn new(page: &str) -> Self {
        let (before, after) = page.split_once(HOLE).unwrap_or((page, ""));
        let mut frame = Self {
            html: [before, after].map(|text| Bytes::copy_from_slice(text.as_bytes())),
            deflated: [deflate(before, FlushCompress::Sync), deflate(after, FlushCompress::Finish)],
            packed: Bytes::new(),
        };
        frame.packed = frame.gzip("");
        frame
    }

    pub(crate) fn around(&self, personal: &str) -> Bytes {
        let [before, after] = &self.html;
        if personal.is_empty() && after.is_empty() {
            return before.clone();
        }
        Bytes::from([before, personal.as_bytes(), after].concat())
    }

    /// The same as a gzip file.
    pub(crate) fn gzip_around(&self, personal: &str) -> Bytes {
        if personal.is_empty() { self.packed.clone() } else { self.gzip(personal) }
    }

    /// RFC 1952, the personal part in stored blocks (RFC 1951, 3.2.4). The sum of the whole is taken anew each time, because
    /// adding up sums of parts costs more than summing ten kilobytes.
    fn gzip(&self, personal: &str) -> Bytes {
        const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        let [before, after] = &self.deflated;
        let mut page = Vec::with_capacity(before.len() + personal.len() + after.len() + 64);
        page.extend_from_slice(&HEAD);
        page.extend_from_slice(before);
        for block in personal.as_bytes().chunks(usize::from(u16::MAX)) {
            let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
            page.push(0);
            page.extend_from_slice(&length.to_le_bytes());
            page.extend_from_slice(&(!length).to_le_bytes());
            page.extend_from_slice(block);
        }
        page.extend_from_slice(after);
        let mut crc = Crc::new();
        for text in [&self.html[0], personal.as_bytes(), &self.html[1]] {
            crc.update(text);
        }
        page.extend_from_slice(&crc.sum().to_le_bytes());
        page.extend_from_slice(&crc.amount().to_le_bytes());
        Bytes::from(page)
    }
}

/// Frames of the packs in force.
#[derive(Default)]
pub(crate) struct Frames(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    catalogue: Arc<Catalogue>,
    frames: HashMap<Key, Arc<Frame>>,
}

/// The number under which a pack's frames are kept.
pub(crate) fn city(pack: &Arc<CityPack>) -> usize {
    Arc::as_ptr(pack) as usize
}

impl Frames {
    /// The frame, made now if it is not there. `catalogue` is the one that the pack of the key is from.
    pub(crate) fn of(&self, catalogue: &Arc<Catalogue>, key: Key, make: impl FnOnce() -> Frame) -> Arc<Frame> {
        {
            let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if Arc::ptr_eq(&kept.catalogue, catalogue)
                && let Some(frame) = kept.frames.get(&key)
            {
                return Arc::clone(frame);
            }
        }
        let frame = Arc::new(make());
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&kept.catalogue, catalogue) || kept.frames.len() >= FRAMES_MAX {
            *kept = Kept { catalogue: Arc::clone(catalogue), frames: HashMap::new() };
        }
        kept.frames.insert(key, Arc::clone(&frame));
        frame
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_frame_holds_whatever_is_put_into_it_packed_or_not() {
        let page = format!("<p>{}</p>{HOLE}<footer>{}</footer>", "市民之家 ".repeat(500), "太好了".repeat(300));
        let frame = Frame::new(&page);
        for personal in ["", "<b>晋A00000</b>", &"9 分 ".repeat(20_000)] {
            let wanted = page.replace(HOLE, personal);
            assert_eq!(frame.around(personal), wanted.as_bytes());
            let packed = frame.gzip_around(personal);
            let mut out = String::new();
            flate2::read::GzDecoder::new(&packed[..]).read_to_string(&mut out).expect("one whole gzip file");
            assert!(out == wanted, "{} characters", personal.len());
        }
    }

    #[test]
    fn frames_go_with_their_catalogue_and_are_never_too_many() {
        let (frames, catalogue) = (Frames::default(), Arc::new(Catalogue::default()));
        let key = |city| Key {
            city,
            lang: kernel::Lang::En,
            size: Size::Huge,
            theme: Theme::Dark,
            channel: Channel::Web,
            styled: true,
            signed_in: true,
            verified: true,
            plain: false,
            cards: 0,
        };
        let text = |frame: &Frame| frame.around("");
        let first = frames.of(&catalogue, key(1), || Frame::new("first"));
        assert_eq!(text(&frames.of(&catalogue, key(1), || Frame::new("again"))), text(&first), "made once");
        let other = Arc::new(Catalogue::default());
        assert_eq!(text(&frames.of(&other, key(1), || Frame::new("other packs"))), &b"other packs"[..]);
        for city in 0..3 * FRAMES_MAX {
            frames.of(&other, key(city), || Frame::new("x"));
        }
        assert!(frames.0.read().expect("whole").frames.len() <= FRAMES_MAX);
    }
}
