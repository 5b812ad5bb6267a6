//! How pages look and which language they speak. Nobody in particular keeps it in cookies; whoever is signed in keeps it
//! with the account, finds the same on their other devices, and leaves nothing to the next person at a shared browser.

use engine::Preferences;
use kernel::Lang;
use maud::html;
use ui::{
    Button, Size, Theme, Tone,
    component::{Field, Radio, field::radios, form, heading, notice},
    text,
};

use crate::{
    cookie::YEAR_S,
    return_path::own_path,
    route::Outcome,
    trouble::Trouble,
    visit::{Sheet, Visit},
};

pub(crate) async fn show(visit: &mut Visit) -> Outcome {
    let l = visit.lang;
    let sizes = Size::ALL.map(|size| Radio { value: size.word(), label: text::size_name(l, size), ..Radio::default() });
    let themes =
        Theme::ALL.map(|theme| Radio { value: theme.word(), label: text::theme_name(l, theme), ..Radio::default() });
    let langs = Lang::ALL.map(|lang| Radio { value: lang.tag(), label: text::language_name(lang), ..Radio::default() });
    let body = html! {
        (heading(text::settings_title(l), ""))
        @if visit.query.has("saved") { (notice(Tone::Ok, text::settings_saved(l), html! {})) }
        (form(l, "/settings", "", html! {
            (radios(l, &Field { name: "size", label: text::text_size(l), hint: text::settings_size_hint(l), value: visit.size.word(), ..Field::default() }, &sizes))
            p { (text::settings_sample(l)) }
            (radios(l, &Field { name: "theme", label: text::theme(l), value: visit.theme.word(), ..Field::default() }, &themes))
            (radios(l, &Field { name: "lang", label: text::language(l), value: l.tag(), ..Field::default() }, &langs))
            (Button::primary(text::save(l)).wide())
        }))
    };
    let back = if visit.citizen.is_some() { "/me" } else { "/" };
    Ok(visit.show(Sheet { title: text::settings_title(l), back, body, ..Sheet::default() }))
}

pub(crate) async fn save(visit: &mut Visit) -> Outcome {
    keep(visit).await?;
    Ok(visit.see_other("/settings?saved=1"))
}

/// The small buttons on every page: change one thing and come back.
pub(crate) async fn display(visit: &mut Visit) -> Outcome {
    keep(visit).await?;
    Ok(visit.see_other(own_path(visit.form.get("back")).unwrap_or("/settings")))
}

/// Keeps what was chosen; whatever is not one of the choices changes nothing.
async fn keep(visit: &mut Visit) -> Result<(), Trouble> {
    let size = Size::parse(visit.form.get("size"));
    let theme = Theme::parse(visit.form.get("theme"));
    let lang = Lang::parse(visit.form.get("lang"));
    let Some(citizen) = &visit.citizen else {
        let chosen = [("size", size.map(Size::word)), ("theme", theme.map(Theme::word)), ("lang", lang.map(Lang::tag))];
        for (name, word) in chosen {
            if let Some(word) = word {
                visit.set_cookie(name, word, "/", YEAR_S);
            }
        }
        return Ok(());
    };
    let before = citizen.preferences;
    let chosen = Preferences {
        lang: lang.or(before.lang),
        size: size.and_then(|size| engine::Size::parse(size.word())).or(before.size),
        theme: theme.and_then(|theme| engine::Theme::parse(theme.word())).or(before.theme),
    };
    if chosen != before {
        visit.platform().set_preferences(citizen, chosen).await?;
    }
    Ok(())
}
