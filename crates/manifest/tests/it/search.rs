//! What people type finds what they mean.

use kernel::Lang;
use manifest::Catalogue;

use crate::{booking, lakeside, packs};

fn found(query: &str, lang: Lang) -> Vec<String> {
    let catalogue = lakeside::check(&lakeside::files()).catalogue;
    let city = catalogue.city("lakeside").expect("the city").clone();
    catalogue.search(&city, query, lang).into_iter().map(|hit| hit.service.id.to_string()).collect()
}

#[test]
fn everyday_words_pinyin_initials_and_english_find_a_service() {
    for query in [
        "罚单",
        "违章",
        "weizhang",
        "WZ",
        "ｗｚ",
        "fadan",
        "fd",
        "fine",
        "fines",
        "交罚单",
        "自行车",
        "zixingche",
        "ticket",
    ] {
        for lang in Lang::ALL {
            assert_eq!(found(query, lang).first().map(String::as_str), Some("bicycle-fine"), "{query}");
        }
    }
    for query in ["扣分", "koufen", "kf", "points", "骑行分", "还剩几分"] {
        assert_eq!(found(query, Lang::ZhCn).first().map(String::as_str), Some("rider-points"), "{query}");
    }
}

#[test]
fn small_slips_are_forgiven_and_nonsense_is_not() {
    for query in ["wiezhang", "weizang", "tickt", "bicycel"] {
        assert_eq!(found(query, Lang::En).first().map(String::as_str), Some("bicycle-fine"), "{query}");
    }
    for query in ["", "   ", "。", "护照", "passport", "x", "zzzz"] {
        assert!(found(query, Lang::ZhCn).is_empty(), "{query:?}: {:?}", found(query, Lang::ZhCn));
    }
    let endless = "罚".repeat(100_000);
    assert!(found(&endless, Lang::ZhCn).len() <= 2);
}

#[test]
fn nothing_found_still_offers_something() {
    let catalogue = lakeside::check(&lakeside::files()).catalogue;
    let city = catalogue.city("lakeside").expect("the city").clone();
    let first = |query| catalogue.suggest(&city, query)[0].id.to_string();
    assert_eq!(first("剩下的分"), "rider-points");
    assert_eq!(first("自由行"), "bicycle-fine");
    assert_eq!(catalogue.suggest(&city, "护照").len(), 2, "the city's first services");
}

#[test]
fn the_article_s_words_find_services_of_the_open_city() {
    let catalogue = packs::loaded().catalogue;
    let city = catalogue.foremost().expect("an open city").clone();
    let names = |query: &str| -> Vec<String> {
        catalogue.search(&city, query, Lang::ZhCn).into_iter().map(|hit| hit.service.name.zh_cn.clone()).collect()
    };
    for (query, name) in [
        ("罚单", "机动车违法查询"),
        ("扣分", "驾驶证记分查询"),
        ("weizhang", "机动车违法查询"),
        ("wz", "机动车违法查询"),
        ("fine", "机动车违法查询"),
        ("体检", "驾驶人体检信息"),
        ("jsrwf", "驾驶人违法查询"),
        ("闯红灯", "机动车违法查询"),
        ("驾照还剩几分", "驾驶证记分查询"),
        ("看医生", "挂号就诊"),
        ("抢号", "挂号就诊"),
        ("护照", "公安办事预约"),
        ("身份证丢了", "公安办事预约"),
        ("老人免票", "景点门票"),
        ("长途汽车", "汽车票"),
        ("qichepiao", "汽车票"),
    ] {
        assert_eq!(names(query).first().map(String::as_str), Some(name), "{query}: {:?}", names(query));
    }
}

#[test]
fn every_city_is_found_by_name_pinyin_plate_and_code() {
    let catalogue = packs::loaded().catalogue;
    for pack in catalogue.cities.values() {
        let city = &pack.city;
        let slip: String = city.name.en.chars().enumerate().filter(|(i, _)| *i != 3).map(|(_, c)| c).collect();
        let bare = city.name.zh_cn.trim_end_matches('市');
        for query in
            [&city.name.zh_cn, bare, &city.name.en, &city.name.en.to_uppercase(), &slip, &city.code, &city.plates[0]]
        {
            for lang in Lang::ALL {
                let first = catalogue.search_cities(query, lang).first().map(|found| found.city.code.clone());
                assert_eq!(first.as_ref(), Some(&city.code), "{query}");
            }
        }
        assert_eq!(Catalogue::initial(pack).to_string(), city.name.en[..1], "{}", city.code);
    }
    for (query, code) in [("cz", "140400"), ("xm", "350200"), ("沪", "310000"), ("晋M", "140800"), ("赣M", "360100")]
    {
        let first = catalogue.search_cities(query, Lang::ZhCn).first().map(|found| found.city.code.clone());
        assert_eq!(first.as_deref(), Some(code), "{query}");
    }
    assert_eq!(catalogue.search_cities("", Lang::En).len(), 12);
    assert_eq!(catalogue.search_cities("shanxi", Lang::En).len(), 5);
    assert!(catalogue.search_cities("atlantis", Lang::En).is_empty());
}

#[test]
fn a_place_is_found_in_characters_pinyin_and_initials_and_a_stop_leads_to_its_station() {
    let catalogue = lakeside::check(&booking::files()).catalogue;
    let city = catalogue.city("lakeside").expect("the city").clone();
    let first = |query: &str, lang| {
        let hits = catalogue.search_places(&city, query, lang);
        hits.first().map(|hit| (hit.service.id.to_string(), hit.place.clone(), hit.stop.clone()))
    };
    let found = |service: &str, place: &str, stop: Option<&str>| {
        Some((service.to_owned(), place.to_owned(), stop.map(str::to_owned)))
    };
    for query in ["灯塔", "dengta", "dt", "DengTa"] {
        assert_eq!(first(query, Lang::ZhCn), found("lighthouse", "tower", None), "{query}");
    }
    assert_eq!(first("Lighthouse", Lang::En), found("lighthouse", "tower", None));
    for query in ["湖心岛", "huxindao", "hxd", "湖心"] {
        assert_eq!(first(query, Lang::ZhCn), found("ferry-seat", "landing", Some("isle")), "{query}");
    }
    // Where one boards is the place itself, and what is no name is no place.
    for query in ["此岸", "护照", "x", "", "zzzz"] {
        assert_eq!(first(query, Lang::ZhCn), None, "{query}");
    }
}

/// Every name of every place and stop of the packs that are shipped finds it: whole, and by its first characters.
#[test]
fn every_place_is_found_by_its_name() {
    let catalogue = packs::loaded().catalogue;
    let mut tried = 0;
    for pack in catalogue.cities.values() {
        for (service, offer) in &pack.offers {
            for place in &offer.place {
                let name = place.name.zh_cn.split('（').next().unwrap_or_default().trim();
                let english = place.name.en.split('(').next().unwrap_or_default().trim();
                for (query, lang) in [(name, Lang::ZhCn), (english, Lang::En)] {
                    let hits = catalogue.search_places(pack, query, lang);
                    let first = hits.first().unwrap_or_else(|| panic!("{query} finds nothing"));
                    assert!(first.service.id == *service && first.place == place.id, "{query}: {first:?}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 20, "only {tried} names");
}
