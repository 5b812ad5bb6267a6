//! What must hold for every page: contrast, size, old browsers, labels, words.

use std::collections::{BTreeMap, BTreeSet};
use std::{fs, io::Write as _};

use kernel::Lang;
use manifest::city::Motif;

use crate::colour::Rgb;
use crate::page::{Band, Channel, Css, Look, Page, Size, Theme};
use crate::{assets, gallery, hue, icon, text};

fn document(lang: Lang, size: Size, theme: Theme, home: bool) -> String {
    let band = if home {
        Band::Home {
            city: lang.pick("湖滨", "Lakeside"),
            cities_href: "/cities",
            search_href: "/search",
            me_href: "/me",
            signed_in: true,
        }
    } else {
        Band::Back { title: lang.pick("车辆违法", "Violations"), href: "/", help_href: "/help" }
    };
    let css = format!("{}{}", *assets::CSS, hue::stylesheet(200));
    Page {
        title: "gallery",
        lang,
        size,
        theme,
        channel: Channel::Web,
        band,
        look: Some(Look { hue: 200, motif: Motif::Lattice }),
        css: Css::Inline(&css),
        path: "/gallery?a=1&b=2",
        hotline: "12345",
        sandbox: true,
        refresh: None,
        script: true,
        error: false,
        body: gallery::gallery(lang),
    }
    .html()
    .into_string()
}

fn gz(text: &str) -> usize {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap().len()
}

/// Tokens of the block that begins with `selector`.
fn tokens(selector: &str) -> BTreeMap<String, Rgb> {
    let start = assets::CSS.find(&format!("{selector}{{")).unwrap_or_else(|| panic!("no block {selector}"));
    let block = assets::CSS[start..].split_once('{').unwrap().1.split_once('}').unwrap().0;
    block
        .split(';')
        .filter_map(|line| line.trim().strip_prefix("--")?.split_once(':'))
        .filter_map(|(name, value)| Some((name.to_owned(), Rgb::parse(value)?)))
        .collect()
}

/// Text on ground, and the least contrast it needs.
const PAIRS: &[(&str, &str, f64)] = &[
    ("ink", "bg", 7.0),
    ("ink", "surface", 7.0),
    ("ink", "weak", 7.0),
    ("ink", "ok-weak", 7.0),
    ("ink", "warn-weak", 7.0),
    ("ink", "bad-weak", 7.0),
    ("ink2", "bg", 4.5),
    ("ink2", "surface", 4.5),
    ("ink2", "sunk", 4.5),
    ("ink2", "weak", 4.5),
    ("ink3", "surface", 4.5),
    ("ink3", "bg", 4.5),
    ("brand", "surface", 4.5),
    ("brand", "bg", 4.5),
    ("brand", "weak", 4.5),
    ("strong", "weak", 4.5),
    ("on", "brand", 4.5),
    ("on", "strong", 4.5),
    ("ok", "surface", 4.5),
    ("ok", "ok-weak", 4.5),
    ("warn", "surface", 4.5),
    ("warn", "warn-weak", 4.5),
    ("bad", "surface", 4.5),
    ("bad", "bad-weak", 4.5),
    ("bad", "bg", 4.5),
    ("surface", "bad", 4.5),
    ("surface", "ok", 3.0),
    ("seal", "bg", 3.0),
    ("seal", "surface", 3.0),
    ("control", "surface", 3.0),
    ("s1", "surface", 3.0),
    ("s2", "surface", 3.0),
    ("s3", "surface", 3.0),
    ("s4", "surface", 3.0),
    ("s5", "surface", 3.0),
    ("s6", "surface", 3.0),
];

fn assert_contrast(theme: &str, tokens: &BTreeMap<String, Rgb>) {
    for (text, ground, least) in PAIRS {
        let ratio = tokens[*text].contrast(tokens[*ground]);
        assert!(ratio >= *least, "{theme}: {text} on {ground} is {ratio:.2}, needs {least}");
    }
    let band = tokens["band"].contrast(Rgb::WHITE);
    assert!(band >= 4.5, "{theme}: white on band is {band:.2}");
}

#[test]
fn every_pair_of_tokens_can_be_read() {
    let light = tokens(":root");
    let dark = tokens(":root:not(.light)");
    assert_contrast("light", &light);
    assert_contrast("dark", &dark);
    assert_eq!(dark, tokens("@media screen{.dark"), "the chosen dark is the phone's dark");
    assert!(dark.keys().all(|name| light.contains_key(name)));
    let same: Vec<_> = light.keys().filter(|name| !dark.contains_key(*name)).collect();
    assert!(same.is_empty(), "{same:?} missing in the dark");
}

#[test]
fn every_hue_that_the_linter_accepts_can_be_read() {
    let white = [255; 3];
    let accepted = (0..360).filter(|hue| manifest::city::contrast(white, manifest::city::band(*hue)) >= 4.5);
    let mut seen = 0;
    for degrees in accepted {
        seen += 1;
        for (theme, mut all, own) in
            [("light", tokens(":root"), hue::light(degrees)), ("dark", tokens(":root:not(.light)"), hue::dark(degrees))]
        {
            for (name, colour) in [("band", own.band), ("brand", own.brand), ("strong", own.strong), ("weak", own.weak)]
            {
                all.insert(name.to_owned(), colour);
            }
            assert_contrast(&format!("{theme}, hue {degrees}"), &all);
        }
    }
    assert!(seen > 180, "the linter accepts only {seen} hues");
}

#[test]
fn the_style_sheet_is_small_and_old_browsers_know_it() {
    assert!(gz(&assets::CSS) <= 8192, "{} bytes", gz(&assets::CSS));
    assert!(gz(&assets::DESK_CSS) <= 2048, "{} bytes", gz(&assets::DESK_CSS));
    let css = &format!("{}{}", *assets::CSS, *assets::DESK_CSS);
    for newer in [
        ":has(",
        ":is(",
        ":where(",
        "@layer",
        "@container",
        "oklch",
        "color-mix",
        "lab(",
        "inset:",
        "&",
        "data:",
        "http:",
        "https:",
        "aspect-ratio",
        "@import",
        "dvh",
        "svh",
        "clamp(",
        "text-wrap",
        "<",
    ] {
        assert!(!css.contains(newer), "{newer} in the style sheet");
    }
    // `gap` exists in old browsers for grids only, by its old name.
    for (at, _) in css.match_indices("gap:") {
        assert!(css[..at].ends_with("grid-"), "gap without grid- near {}", &css[at.saturating_sub(40)..at]);
    }
    // Nesting: a block within a block is only an at-rule's.
    let mut stack: Vec<bool> = Vec::new();
    let mut prelude = String::new();
    for c in css.chars() {
        match c {
            '{' => {
                assert!(stack.last() != Some(&false), "a rule within a rule: {prelude}");
                stack.push(prelude.starts_with('@'));
                prelude.clear();
            }
            '}' => {
                assert!(stack.pop().is_some(), "one brace too many");
                prelude.clear();
            }
            ';' => prelude.clear(),
            _ => prelude.push(c),
        }
    }
    assert!(stack.is_empty(), "a block is left open");
    // Every variable used is defined.
    let defined: BTreeSet<&str> =
        css.match_indices("--").filter_map(|(at, _)| css[at..].split_once(':').map(|(name, _)| name)).collect();
    for (at, _) in css.match_indices("var(") {
        let name = css[at + 4..].split(')').next().unwrap();
        assert!(defined.contains(name), "{name} is not defined");
    }
}

#[test]
fn every_class_on_a_page_has_a_rule() {
    let pages =
        document(Lang::ZhCn, Size::Huge, Theme::Dark, true) + &document(Lang::En, Size::Standard, Theme::Light, false);
    // Names that only the script or a test looks for.
    let bare = ["light", "standard", "ahead", "back", "help", "consent", "more-box", "i"];
    for (at, _) in pages.match_indices(" class=\"") {
        for class in pages[at + 8..].split('"').next().unwrap().split_ascii_whitespace() {
            let styled =
                assets::CSS.contains(&format!(".{class}")) || class.starts_with("hue-") || bare.contains(&class);
            assert!(styled, "class {class} has no rule");
        }
    }
}

#[test]
fn the_script_is_small_and_no_newer_than_modules() {
    assert!(gz(assets::JS) <= 4096, "{} bytes", gz(assets::JS));
    assert!(gz(assets::SERVICE_WORKER) <= 1536, "{} bytes", gz(assets::SERVICE_WORKER));
    for newer in ["?.", "??", "eval", "innerHTML", "import(", "replaceAll", "#private"] {
        assert!(!assets::JS.contains(newer), "{newer} in the script");
    }
}

#[test]
fn lattices_are_small_and_self_contained() {
    for name in [Motif::Lattice, Motif::Waves, Motif::Ice, Motif::Coins, Motif::Tortoise, Motif::Wan] {
        let svg = assets::motif(name);
        assert!(svg.len() < 1024, "{name:?} has {} bytes", svg.len());
        assert!(svg.contains("aria-hidden") && !svg.contains("href") && !svg.contains("style"), "{name:?}");
        assert_eq!(Elements::of(svg).open_left, Vec::<String>::new(), "{name:?}");
    }
}

/// A small reader of markup that this crate wrote: elements, attributes, and whether everything is closed.
struct Elements {
    list: Vec<(String, BTreeMap<String, String>)>,
    open_left: Vec<String>,
}

impl Elements {
    fn of(markup: &str) -> Self {
        const VOID: [&str; 6] = ["meta", "link", "input", "img", "br", "!DOCTYPE"];
        let mut list = Vec::new();
        let mut open: Vec<String> = Vec::new();
        let mut rest = markup;
        while let Some((_, after)) = rest.split_once('<') {
            let mut quoted = false;
            let end = after
                .find(|c| {
                    if c == '"' {
                        quoted = !quoted;
                    }
                    c == '>' && !quoted
                })
                .expect("a tag is not closed");
            let tag = &after[..end];
            rest = &after[end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "closed out of order");
                continue;
            }
            let name = tag.split([' ', '/', '\n']).next().unwrap().to_owned();
            let mut attributes = BTreeMap::new();
            let mut tail = tag[name.len()..].trim_end_matches('/').trim();
            while !tail.is_empty() {
                let stop = tail.find([' ', '=']).unwrap_or(tail.len());
                let (key, more) = tail.split_at(stop);
                let (value, more) = match more.strip_prefix("=\"") {
                    Some(more) => more.split_once('"').expect("an attribute is not closed"),
                    None => ("", more),
                };
                assert!(attributes.insert(key.to_owned(), value.to_owned()).is_none(), "{key} twice in {tag}");
                tail = more.trim_start();
            }
            if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
                open.push(name.clone());
            }
            if name == "style" {
                rest = &rest[rest.find("</style>").unwrap()..];
            }
            list.push((name, attributes));
        }
        Self { list, open_left: open }
    }
}

#[test]
fn pages_are_well_formed_and_obey_the_content_policy() {
    for lang in Lang::ALL {
        for size in Size::ALL {
            for home in [true, false] {
                let page = document(lang, size, Theme::Auto, home);
                let elements = Elements::of(&page);
                assert_eq!(elements.open_left, Vec::<String>::new());
                let mut ids = BTreeSet::new();
                for (name, attributes) in &elements.list {
                    for (key, value) in attributes {
                        assert!(key != "style" && !key.starts_with("on"), "{key} on {name}");
                        assert!(!value.starts_with("data:") && !value.starts_with("javascript:"), "{value}");
                    }
                    if let Some(id) = attributes.get("id") {
                        assert!(ids.insert(id.clone()), "id {id} twice");
                    }
                    if name == "script" {
                        assert_eq!(attributes.get("type").map(String::as_str), Some("module"));
                        assert!(attributes.contains_key("src"));
                    }
                    if name == "img" {
                        assert!(
                            attributes.contains_key("alt")
                                && attributes.contains_key("width")
                                && attributes.contains_key("height")
                        );
                    }
                    if name == "form" {
                        assert!(
                            attributes.contains_key("action") && attributes.contains_key("method"),
                            "{attributes:?}"
                        );
                    }
                }
                for (_, attributes) in &elements.list {
                    for key in ["for", "aria-labelledby"] {
                        if let Some(id) = attributes.get(key) {
                            assert!(ids.contains(id), "{key} leads to {id}");
                        }
                    }
                    for id in attributes.get("aria-describedby").into_iter().flat_map(|v| v.split(' ')) {
                        assert!(ids.contains(id), "described by {id}");
                    }
                    if let Some(id) = attributes.get("href").and_then(|h| h.strip_prefix('#')).filter(|h| !h.is_empty())
                    {
                        assert!(ids.contains(id), "a link leads to {id}");
                    }
                }
                assert!(page.contains("<html lang=\"") && !page.contains("<noscript"));
            }
        }
    }
}

#[test]
fn every_field_has_a_label() {
    let page = document(Lang::ZhCn, Size::Standard, Theme::Auto, true);
    let elements = Elements::of(&page);
    let labelled: BTreeSet<&str> = elements
        .list
        .iter()
        .filter(|(n, _)| n == "label")
        .filter_map(|(_, a)| a.get("for").map(String::as_str))
        .collect();
    let mut seen = 0;
    for (name, attributes) in &elements.list {
        if matches!(name.as_str(), "input" | "select") && attributes.get("type").map(String::as_str) != Some("hidden") {
            assert!(labelled.contains(attributes["id"].as_str()), "{attributes:?}");
            seen += 1;
        }
    }
    assert!(seen >= 10, "the gallery shows only {seen} fields");
}

/// Landmarks and headings in their order, as a screen reader lists them.
fn outline(page: &str) -> String {
    const STRUCTURE: [&str; 7] = ["header", "main", "nav", "footer", "h1", "h2", "h3"];
    let names = Elements::of(page).list.into_iter().map(|(name, _)| name);
    names.filter(|name| STRUCTURE.contains(&name.as_str())).collect::<Vec<_>>().join(" ")
}

/// A page with nothing on it.
fn plain(band: Band<'_>) -> Page<'_> {
    Page {
        title: "t",
        lang: Lang::ZhCn,
        size: Size::Standard,
        theme: Theme::Auto,
        channel: Channel::Web,
        band,
        look: None,
        css: Css::Linked("/assets/x.css"),
        path: "/",
        hotline: "12345",
        sandbox: false,
        refresh: None,
        script: true,
        error: false,
        body: maud::html! {},
    }
}

#[test]
fn the_outline_is_as_a_screen_reader_expects() {
    let shell = |band| {
        let card = maud::html! { (crate::component::card("我的卡", Some(("全部", "#")), maud::html! {})) };
        let page = Page { body: card, ..plain(band) };
        outline(&page.html().into_string())
    };
    let home =
        Band::Home { city: "湖滨", cities_href: "/cities", search_href: "/search", me_href: "/me", signed_in: false };
    assert_eq!(shell(home), "header h1 main h2 footer nav");
    assert_eq!(shell(Band::Back { title: "t", href: "/", help_href: "/help" }), "header main h2 footer nav");
    // No level is left out anywhere in the gallery, and there is one main region.
    let gallery = outline(&document(Lang::ZhCn, Size::Standard, Theme::Auto, true));
    assert_eq!(gallery.matches("main").count(), 1);
    assert!(!gallery.contains("h1 h3") && gallery.starts_with("header h1 main h2"), "{gallery}");
}

#[test]
fn what_a_person_typed_cannot_become_markup() {
    let evil = "\"><script>alert(1)</script>";
    let field = crate::component::Field {
        name: "x",
        label: evil,
        value: evil,
        hint: evil,
        error: Some(evil),
        ..Default::default()
    };
    assert!(!field.html(Lang::En).into_string().contains("<script"));
    assert!(!crate::component::search(Lang::En, "/search", evil).into_string().contains("<script"));
    assert!(crate::svg::style_sheet("a{}</style><script>").into_string().is_empty());
}

#[test]
fn a_host_app_draws_its_own_title_bar() {
    let band = Band::Back { title: "The bar", href: "/", help_href: "/help" };
    let mut page = Page { lang: Lang::En, error: true, ..plain(band) };
    let web = page.clone().html().into_string();
    assert!(web.contains("The bar") && web.contains("<title>Error: t") && !web.contains("class=\"sandbox\""));
    page.channel = Channel::Alipay;
    assert!(!page.html().into_string().contains("The bar"));
}

#[test]
fn words_exist_in_both_languages_and_keep_the_tone() {
    let mut names = BTreeSet::new();
    for (name, zh_cn, english) in text::ALL.into_iter().flatten() {
        assert!(names.insert(name), "{name} twice");
        assert!(!zh_cn.trim().is_empty(), "{name}");
        for word in ["请", "抱歉", "对不起", "非法", "无效", "系统错误", "必填"] {
            assert!(!zh_cn.replace("申请", "").contains(word), "{name} says {word}");
        }
        for en in *english {
            assert!(!en.trim().is_empty(), "{name}");
            for word in ["lease ", "orry", "nvalid", "llegal"] {
                assert!(!en.contains(word), "{name} says {word}");
            }
            let han = en.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(!han || name.contains("plate"), "{name} has Chinese in its English");
        }
    }
    assert!(names.len() > 200);
}

#[test]
fn every_icon_draws_itself() {
    let file = maud::html! { (icon("file")) }.into_string();
    for name in crate::ICONS {
        let drawn = maud::html! { (icon(name)) }.into_string();
        assert!(drawn.contains("aria-hidden=\"true\"") && !drawn.contains("style="), "{name}");
        assert!(*name == "file" || drawn != file, "{name} is not drawn");
        assert_eq!(Elements::of(&drawn).open_left, Vec::<String>::new(), "{name}");
    }
    assert_eq!(maud::html! { (icon("no-such-icon")) }.into_string(), file);
}

#[test]
fn raw_markup_has_one_door() {
    let mut files = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut read = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|e| e == "rs")
            && !["svg.rs", "tests.rs"].iter().any(|it| path.ends_with(it))
        {
            let source = fs::read_to_string(&path).unwrap();
            assert!(!source.contains("PreEscaped("), "{} escapes nothing", path.display());
            read += 1;
        }
    }
    assert!(read > 20);
}

#[test]
fn the_whole_gallery_is_light() {
    let page = document(Lang::ZhCn, Size::Standard, Theme::Auto, true);
    assert!(gz(&page) <= 25 * 1024, "{} bytes", gz(&page));
}
