//! The one place that hides parts of identifiers.
//!
//! A mask keeps what its owner needs to recognise the thing and nothing from which the rest can be computed: hiding only
//! the birthday of a resident ID would leave some 33 candidates, because the check digit tells.

/// `140***********0010` for a resident ID of any length above eight.
#[must_use]
pub fn resident_id(text: &str) -> String {
    keep(text, 3, 4)
}

/// `199****0001`
#[must_use]
pub fn phone(text: &str) -> String {
    keep(text, 3, 4)
}

/// `晋A***00`: the letters of the place, then dots, then two.
#[must_use]
pub fn plate(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() < 5 {
        return "***".into();
    }
    format!("{}{}***{}{}", chars[0], chars[1], chars[chars.len() - 2], chars[chars.len() - 1])
}

/// Surnames of two characters that are common enough to be kept whole.
const DOUBLE_SURNAMES: [&str; 12] =
    ["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯", "司徒"];

/// `张*`, `欧阳**`: the surname and one star per hidden character, at most two.
#[must_use]
pub fn name(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let first_two: String = chars.iter().take(2).collect();
    let surname = if chars.len() > 2 && DOUBLE_SURNAMES.contains(&first_two.as_str()) { 2 } else { 1 };
    let hidden = chars.len().saturating_sub(surname).clamp(1, 2);
    chars.iter().take(surname).copied().chain(std::iter::repeat_n('*', hidden)).collect()
}

/// `湖滨市东岸区***`: a postal address up to its district, so that two accounts can be told apart and no door be found.
#[must_use]
pub fn address(text: &str) -> String {
    let ends = |c: char| matches!(c, '区' | '县' | '旗');
    let district =
        text.char_indices().find(|(_, c)| ends(*c)).or_else(|| text.char_indices().find(|(_, c)| *c == '市'));
    // Further in, the word is part of a housing estate's name.
    match district.filter(|(at, _)| text[..*at].chars().count() < 12) {
        Some((at, c)) => format!("{}***", &text[..at + c.len_utf8()]),
        None => "***".into(),
    }
}

/// The last `tail` characters behind stars, for file numbers and the like.
#[must_use]
pub fn tail(text: &str, tail: usize) -> String {
    keep(text, 0, tail)
}

fn keep(text: &str, head: usize, tail: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() <= head + tail {
        return "*".repeat(chars.len().max(3));
    }
    let hidden = chars.len() - head - tail;
    chars[..head]
        .iter()
        .copied()
        .chain(std::iter::repeat_n('*', hidden))
        .chain(chars[chars.len() - tail..].iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_follow_the_book() {
        assert_eq!(resident_id("140100199003070010"), "140***********0010");
        assert_eq!(phone("19900000001"), "199****0001");
        assert_eq!(name("张三"), "张*");
        assert_eq!(name("欧阳锋芒"), "欧阳**");
        assert_eq!(plate("晋A00000"), "晋A***00");
        assert_eq!(tail("140100000001", 4), "********0001");
        assert_eq!(address("湖滨市东岸区芦苇路 12 号幸福小区 3 单元"), "湖滨市东岸区***");
        assert_eq!(address("湖滨市芦苇路 12 号"), "湖滨市***");
    }

    #[test]
    fn short_texts_show_nothing() {
        assert_eq!(phone("123"), "***");
        assert_eq!(plate("晋A"), "***");
        assert_eq!(resident_id(""), "***");
        assert_eq!(address("芦苇路 12 号"), "***");
    }
}
