//! Pages of prices, with a made-up hospital.

use capability::booking::price::State as PriceState;
use engine::{PriceChangeView, PriceView, PricesView};
use kernel::{Error, Kind, Money, Text, identifier::Mistake};

use super::{Shot, desk_sample, mistakes, sample::NOW, shot};
use crate::{mishap::Mishap, price, visit::Visit};

/// What things cost, and who decides.
pub(super) async fn pages(pages: &mut Vec<Shot>, own: &dyn Fn(&str) -> Visit) {
    let lang = own("").lang;
    macro_rules! page {
        ($name:literal, $response:expr) => {
            pages.push(shot($name, $response).await)
        };
    }
    let places = desk_sample::places();
    let known = prices(true);
    page!("prices", price::prices_page(&own("prices"), &places, &known, &Mishap::none()));
    page!("prices-none", price::prices_page(&own("prices"), &places, &prices(false), &Mishap::none()));
    let wrong = mistakes(&[("price", Mistake::Amount), ("reason", Mistake::Empty("原因 / reason"))], lang);
    page!("prices-mistakes", price::prices_page(&own("prices"), &places, &known, &wrong));
    for (code, name) in [("price_same", "same"), ("price_day", "day"), ("price_decided", "decided")] {
        let refused = Mishap::of_error(Error::new(Kind::Conflict(code)), lang).expect("a refusal of a form");
        pages
            .push(shot(&format!("prices-{name}"), price::prices_page(&own("prices"), &places, &known, &refused)).await);
    }
    let [asked, own_one, ..] = known.changes.as_slice() else { panic!("two requests") };
    page!("price-decide", price::decide_page(&own("prices/1"), asked, &Mishap::none()));
    page!("price-decide-own", price::decide_page(&own("prices/1"), own_one, &Mishap::none()));
    let wrong = mistakes(&[("reason", Mistake::Empty("审核意见 / reason"))], lang);
    page!("price-decide-mistake", price::decide_page(&own("prices/1"), asked, &wrong));
}

/// A hospital that charges for two doctors, with two requests that wait; or one that charges nothing.
fn prices(any: bool) -> PricesView {
    let change = |n: u8, state: PriceState, own: bool| PriceChangeView {
        id: kernel::Id([n; 16]),
        at: desk_sample::at(""),
        place: Text::new("湖滨医院", "Lakeside Hospital"),
        name: Text::new("王医生", "Dr Wang"),
        from_on: desk_sample::on(7),
        price: Money::from_fen(6_000),
        before: Money::from_fen(5_000),
        reason: "物价部门批复（样例）".to_owned(),
        asked_by: "李娜".to_owned(),
        asked_at: NOW.plus_s(-3_600),
        state,
        decided_by: if state == PriceState::Asked { String::new() } else { "陈静".to_owned() },
        note: if state == PriceState::Declined { "附件没有盖章".to_owned() } else { String::new() },
        own,
    };
    let price = |zh: &str, en: &str, set_on| PriceView {
        what: en.to_lowercase().replace(' ', "-"),
        name: Text::new(zh, en),
        price: Money::from_fen(5_000),
        set_on,
        source: Text::new("样例数据", "Sample data"),
        ahead: vec![(desk_sample::on(7), Money::from_fen(6_000))],
    };
    let (prices, changes) = if any {
        (
            vec![price("王医生", "Dr Wang", None), price("", "", Some(desk_sample::on(-30)))],
            vec![
                change(1, PriceState::Asked, false),
                change(2, PriceState::Asked, true),
                change(3, PriceState::Approved, false),
                change(4, PriceState::Declined, true),
            ],
        )
    } else {
        (vec![], vec![])
    };
    PricesView { at: desk_sample::at(""), place: Text::new("湖滨医院", "Lakeside Hospital"), prices, changes }
}
