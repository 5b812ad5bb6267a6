//! How heavy pages are on the wire, and how many requests they make.

use kernel::Lang;

use super::{all_pages, attributes};
use crate::headers::gzip;

const HOME_BYTES_MAX: usize = 14 * 1024;
const PAGE_BYTES_MAX: usize = 25 * 1024;
const SCRIPT_BYTES_MAX: usize = 8 * 1024;
const REQUESTS_MAX: usize = 3;

#[tokio::test]
async fn no_page_is_too_heavy_or_asks_too_often() {
    assert!(gzip(ui::assets::JS.as_bytes(), 9).len() <= SCRIPT_BYTES_MAX);
    for lang in Lang::ALL {
        for page in all_pages(lang).await {
            // As it is sent: level 1, with the style sheet inside.
            let bytes = gzip(page.html.as_bytes(), 1).len();
            let max = if page.name.starts_with("home") { HOME_BYTES_MAX } else { PAGE_BYTES_MAX };
            assert!(bytes <= max, "{} in {}: {bytes} bytes", page.name, lang.tag());
            let sources = attributes(&page.html, "src").len();
            let links = page.html.matches("rel=\"stylesheet\"").count() + page.html.matches("rel=\"icon\"").count();
            assert!(1 + sources + links <= REQUESTS_MAX, "{}: {sources} + {links}", page.name);
        }
    }
}
