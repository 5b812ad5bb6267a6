//! Amounts in the capitals that Chinese receipts carry beside the figures, because a figure is easily altered:
//! ¥86.40 is 捌拾陆元肆角整.
//!
//! Where the rules for bank papers leave a zero to the writer's choice (¥1,680.32, ¥107,000.53), none is written.

use kernel::Money;

const DIGITS: [char; 10] = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
/// The places above one, each with its word; what is below the next place is written after it.
const PLACES: [(u64, &str); 5] = [(100_000_000, "亿"), (10_000, "万"), (1_000, "仟"), (100, "佰"), (10, "拾")];

/// The amount in capitals.
#[must_use]
pub fn capitals(money: Money) -> String {
    let abs = money.fen().unsigned_abs();
    let (yuan, jiao, fen) = (abs / 100, abs / 10 % 10, abs % 10);
    let mut text = String::new();
    if money < Money::ZERO {
        text.push('负');
    }
    if yuan > 0 || abs == 0 {
        write(yuan, &mut text);
        text.push('元');
    }
    if jiao > 0 {
        write(jiao, &mut text);
        text.push('角');
    }
    if fen > 0 {
        if jiao == 0 && yuan > 0 {
            text.push('零');
        }
        write(fen, &mut text);
        text.push('分');
    } else {
        text.push('整');
    }
    text
}

fn write(number: u64, text: &mut String) {
    let Some((place, word)) = PLACES.into_iter().find(|(place, _)| number >= *place) else {
        text.push(DIGITS[(number % 10) as usize]);
        return;
    };
    write(number / place, text);
    text.push_str(word);
    let rest = number % place;
    if rest > 0 {
        // A gap between two places is said once, however wide it is.
        if rest < place / 10 {
            text.push('零');
        }
        write(rest, text);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_are_written_as_on_bank_papers() {
        for (fen, text) in [
            (8_640, "捌拾陆元肆角整"),
            (0, "零元整"),
            (5, "伍分"),
            (50, "伍角整"),
            (55, "伍角伍分"),
            (1_000, "壹拾元整"),
            (20_000, "贰佰元整"),
            (8_605, "捌拾陆元零伍分"),
            (32_504, "叁佰贰拾伍元零肆分"),
            (140_950, "壹仟肆佰零玖元伍角整"),
            (600_714, "陆仟零柒元壹角肆分"),
            (168_032, "壹仟陆佰捌拾元叁角贰分"),
            (1_640_902, "壹万陆仟肆佰零玖元零贰分"),
            (10_700_053, "壹拾万柒仟元伍角叁分"),
            (100_000, "壹仟元整"),
            (100_400, "壹仟零肆元整"),
            (10_020_000, "壹拾万零贰佰元整"),
            (2_000_030_000, "贰仟万零叁佰元整"),
            (10_001_000_000, "壹亿零壹万元整"),
            (10_000_000_100, "壹亿零壹元整"),
            (1_200_000_000_000, "壹佰贰拾亿元整"),
            (120_000_000_000_000, "壹万贰仟亿元整"),
            (-8_640, "负捌拾陆元肆角整"),
        ] {
            assert_eq!(capitals(Money::from_fen(fen)), text, "{fen}");
        }
    }

    /// Reads capitals back, digit by digit: a figure that another amount shares would make the paper worthless.
    fn read(text: &str) -> Option<i64> {
        let (sign, text) = text.strip_prefix('负').map_or((1, text), |rest| (-1, rest));
        let (mut whole, mut group, mut digit, mut fen) = (0i64, 0i64, 0i64, 0i64);
        let (mut high, mut below) = (0i64, false);
        for c in text.chars() {
            if let Some(value) = DIGITS.iter().position(|known| *known == c) {
                digit = value as i64;
                continue;
            }
            match c {
                '拾' => group += digit * 10,
                '佰' => group += digit * 100,
                '仟' => group += digit * 1_000,
                '万' => whole += (group + digit) * 10_000,
                '亿' => high = (high + whole + group + digit) * 100_000_000,
                '元' => whole += group + digit + high,
                '角' => fen += digit * 10,
                '分' => fen += digit,
                '整' => {}
                _ => return None,
            }
            if matches!(c, '万' | '亿' | '元') {
                group = 0;
            }
            if c == '亿' {
                whole = 0;
            }
            below |= c == '元';
            digit = 0;
        }
        let yuan = if below { whole } else { 0 };
        Some(sign * (yuan * 100 + fen))
    }

    proptest! {
        #[test]
        fn no_two_amounts_share_their_capitals(fen in prop_oneof![-1_000_000i64..1_000_000, any::<i32>().prop_map(i64::from), 0i64..1_000_000_000_000_000]) {
            let text = capitals(Money::from_fen(fen));
            prop_assert_eq!(read(&text), Some(fen), "{}", text);
            prop_assert!(!text.contains("零零") && !text.contains("零元整") || fen == 0);
        }

        #[test]
        fn no_amount_is_too_large(fen: i64) {
            prop_assert!(capitals(Money::from_fen(fen)).chars().count() > 1);
        }
    }
}
