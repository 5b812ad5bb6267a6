use super::*;

fn today() -> crate::Date {
    jiff::civil::date(2026, 11, 24)
}

#[test]
fn resident_ids_of_the_book_are_valid() {
    for text in [
        "140100199003070010",
        "140200198802291021",
        "310100195201010020",
        "440100201012310136",
        "14010019860518001X",
        "140202190001010011",
        "81000019850601001X",
        "820000197909120026",
        "830000199205200037",
        " １４０１００ 19860518-001x ",
    ] {
        assert!(ResidentId::parse(text, today()).is_ok(), "{text}");
    }
}

#[test]
fn each_wrong_resident_id_names_its_mistake() {
    let mistake = |text: &str| ResidentId::parse(text, today()).expect_err(text);
    assert_eq!(mistake("140100199003070011"), Mistake::CheckDigit(What::ResidentId));
    assert_eq!(mistake("140100199002300013"), Mistake::BirthDate);
    assert_eq!(mistake("00010019900307001X"), Mistake::Province);
    assert_eq!(mistake("140100203001010013"), Mistake::BirthDateAhead);
    assert_eq!(mistake("14010019900307001"), Mistake::Length { what: What::ResidentId, wanted: "18", got: 17 });
    assert_eq!(mistake("14010O199003070010"), Mistake::Character { what: What::ResidentId, found: 'O' });
    assert!(matches!(mistake(" "), Mistake::Empty(_)));
}

#[test]
fn an_empty_field_is_named_in_one_language_at_a_time() {
    assert_eq!(Mistake::Empty("姓名 / name").say(Lang::ZhCn), "填写姓名");
    assert_eq!(Mistake::Empty("姓名 / name").say(Lang::En), "Enter the name");
}

#[test]
fn a_resident_id_tells_birth_sex_and_age() {
    let id = ResidentId::parse("140100199003070010", today()).expect("valid");
    assert_eq!((id.birth(), id.sex()), (jiff::civil::date(1990, 3, 7), Sex::Male));
    assert_eq!(id.age_on(jiff::civil::date(2026, 3, 6)), 35);
    assert_eq!(id.age_on(jiff::civil::date(2026, 3, 7)), 36);
    assert_eq!(format!("{id:?}"), "140***********0010");
}

#[test]
fn a_legacy_number_grows_to_eighteen() {
    let id = ResidentId::from_legacy("140100560412003", today()).expect("valid");
    assert_eq!(id.expose(), "140100195604120038");
}

#[test]
fn plates_of_the_book() {
    for text in ["晋A00000", "晋AD00000", "晋A00000D", "晋a·12345", "粤B1234港", "沪Ｃ１２３４５"] {
        assert!(Plate::parse(text).is_ok(), "{text}");
    }
    for text in ["晋A1234I", "晋A123456", "晋AL12345", "AA12345", "晋I12345", "晋A1234"] {
        assert_eq!(Plate::parse(text), Err(Mistake::PlatePattern), "{text}");
    }
    assert_eq!(Plate::parse("晋AD00000").map(|p| (p.is_new_energy(), p.place().to_owned())), Ok((true, "晋A".into())));
}

#[test]
fn vins_of_the_book() {
    for (text, fits) in [("LZZAAAA19FA000001", true), ("LZZBBBB23RA123456", true), ("LZZAAAA18FA000001", false)] {
        assert_eq!(Vin::parse(text).map(|vin| vin.check_fits()), Ok(fits), "{text}");
    }
    assert!(Vin::parse("LZZOAAA19FA000001").is_err());
    assert_eq!(Vin::parse_tail("lzzaaaa19fa000001"), Ok("000001".into()));
}

#[test]
fn phones_file_numbers_names_and_credit_codes() {
    assert!(Phone::parse("+86 199 0000 0001").is_ok());
    assert_eq!(Phone::parse("12345678901"), Err(Mistake::CheckDigit(What::Phone)));
    assert!(LicenceFileNo::parse("140100000001").is_ok());
    assert_eq!(
        LicenceFileNo::parse("14010000001"),
        Err(Mistake::Length { what: What::LicenceFileNo, wanted: "12", got: 11 })
    );
    for name in ["张三", "欧阳锋", "阿卜杜拉•买买提", "𠮷田", "Anna Lee"] {
        assert!(PersonName::parse(name).is_ok(), "{name}");
    }
    assert!(PersonName::parse("张3").is_err());
    for code in ["111401000000000195", "12140100000000035P", "91140100MA0000015K"] {
        assert!(CreditCode::parse(code).is_ok(), "{code}");
    }
    // The published example ends in a letter that the alphabet does not have; its right check character is 3.
    assert!(CreditCode::parse("91350100M000100Y4Z").is_err());
    assert_eq!(CreditCode::parse("111401000000000194"), Err(Mistake::CheckDigit(What::CreditCode)));
}
