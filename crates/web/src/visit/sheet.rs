//! What a visit is answered with: the document around a page's own part, in the look of its city and its reader.

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
};
use maud::Markup;
use ui::{
    Css, Page,
    page::{Band, Look},
};

use super::Visit;
use crate::{
    cookie,
    headers::{self, Text},
    return_path::{own_path, with_return},
    style::Style,
};

/// The parts of a page that differ from page to page.
pub(crate) struct Sheet<'a> {
    pub title: &'a str,
    /// Where the back bar leads.
    pub back: &'a str,
    /// The home band instead of the back bar.
    pub home: bool,
    pub status: StatusCode,
    /// A form of this page may end at a cashier.
    pub pays: bool,
    /// The body brings a picture from an address of its own. On a first view the script then waits for the next page,
    /// because no first view takes more than three requests: the page, its picture or script, and the one in the tab.
    pub picture: bool,
    /// Without a script, another address is opened after so many seconds.
    pub refresh: Option<(u32, String)>,
    pub body: Markup,
}

impl Default for Sheet<'_> {
    fn default() -> Self {
        Self {
            title: "",
            back: "/",
            home: false,
            status: StatusCode::OK,
            pays: false,
            picture: false,
            refresh: None,
            body: Markup::default(),
        }
    }
}

impl Visit {
    /// A page: the document around a body.
    pub(crate) fn show(&self, sheet: Sheet<'_>) -> Response {
        let (status, pays) = (sheet.status, sheet.pays);
        let mut response = self.answer(status, Text::Whole(self.document(sheet)));
        if pays {
            headers::allow_forms_to(response.headers_mut(), &self.platform().cashier_origins());
        }
        response
    }

    /// The style sheet of this page, and whether the browser has it already.
    pub(crate) fn style(&self) -> (&Style, bool) {
        let css = self.site.styles.of_hue(self.look.as_deref().map(|pack| pack.city.hue));
        (css, self.cookie("css") == Some(css.hash.as_str()))
    }

    pub(crate) fn answer(&self, status: StatusCode, text: Text<'_>) -> Response {
        let (css, styled) = self.style();
        let personal = self.citizen.is_some() || self.method == Method::POST;
        let mut response = headers::html(text, status, &self.headers, Some(css), personal);
        if !styled && let Some(line) = cookie::set("css", &css.hash, "/", cookie::YEAR_S, self.site.secure_cookies) {
            response.headers_mut().append(header::SET_COOKIE, line);
        }
        response
    }

    /// A file that concerns one person: a receipt, an event for a calendar. It is offered under a name, if it has one.
    pub(crate) fn file(&self, content_type: &'static str, name: Option<&str>, text: String) -> Response {
        let mut response = Response::new(Body::from(text));
        headers::put_on(response.headers_mut(), None, true);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Some(Ok(value)) = name.map(|name| HeaderValue::try_from(format!("attachment; filename=\"{name}\""))) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
        }
        response
    }

    /// One word, for a page that waits.
    pub(crate) fn word(&self, word: &str) -> Response {
        self.file("text/plain; charset=utf-8", None, word.to_owned())
    }

    pub(crate) fn document(&self, sheet: Sheet<'_>) -> String {
        let lang = self.lang;
        let city = self.look.as_deref().map(|pack| &pack.city);
        let look = city.map(|city| Look { hue: city.hue, motif: city.motif });
        let (css, styled) = self.style();
        let here = self.here();
        let (cities_href, search_href) = match city {
            Some(city) => ("/cities", format!("/{}/search", city.id)),
            None => ("/cities", String::new()),
        };
        let me_href = if self.citizen.is_some() { "/me".to_owned() } else { with_return("/sign-in", own_path(here)) };
        let band = match city {
            Some(city) if sheet.home => Band::Home {
                city: city.name.get(lang),
                cities_href,
                search_href: &search_href,
                me_href: &me_href,
                signed_in: self.citizen.is_some(),
            },
            _ => Band::Back { title: sheet.title, href: sheet.back, help_href: "/help" },
        };
        let page = Page {
            title: sheet.title,
            lang,
            size: self.size,
            theme: self.theme,
            channel: self.channel,
            band,
            look,
            css: if styled { Css::Linked(&css.url) } else { Css::Inline(&css.text) },
            path: self.back_here(),
            hotline: self.hotline(),
            sandbox: self.site.sandbox_url.is_some(),
            refresh: sheet.refresh.as_ref().map(|(seconds, url)| (*seconds, url.as_str())),
            script: styled || !sheet.picture,
            error: sheet.status == StatusCode::UNPROCESSABLE_ENTITY,
            body: sheet.body,
        };
        page.html().into_string()
    }

    /// Where a change of size or language returns to: this page, or for a form that was posted, its empty self.
    fn back_here(&self) -> &str {
        if self.method == Method::POST { self.uri.path() } else { self.here() }
    }
}
