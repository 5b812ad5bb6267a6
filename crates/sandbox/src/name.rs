//! Names as they are met at a counter: common surnames by frequency, some of two characters, rare characters, and the
//! long names with a middle dot.

use crate::draw::Draw;

/// Surnames with their share per 1,000 persons, by rough frequency.
const SURNAMES: [(&str, u64); 64] = [
    ("王", 76),
    ("李", 75),
    ("张", 71),
    ("刘", 57),
    ("陈", 47),
    ("杨", 32),
    ("赵", 25),
    ("黄", 24),
    ("周", 22),
    ("吴", 20),
    ("徐", 17),
    ("孙", 16),
    ("胡", 15),
    ("朱", 15),
    ("高", 14),
    ("林", 13),
    ("何", 13),
    ("郭", 13),
    ("马", 12),
    ("罗", 11),
    ("梁", 10),
    ("宋", 10),
    ("郑", 9),
    ("谢", 9),
    ("韩", 9),
    ("唐", 8),
    ("冯", 8),
    ("于", 8),
    ("董", 8),
    ("萧", 7),
    ("程", 7),
    ("曹", 7),
    ("袁", 6),
    ("邓", 6),
    ("许", 6),
    ("傅", 6),
    ("沈", 6),
    ("曾", 6),
    ("彭", 6),
    ("吕", 5),
    ("苏", 5),
    ("卢", 5),
    ("蒋", 5),
    ("蔡", 5),
    ("贾", 5),
    ("丁", 5),
    ("魏", 5),
    ("薛", 4),
    ("叶", 4),
    ("阎", 4),
    ("余", 4),
    ("潘", 4),
    ("杜", 4),
    ("戴", 4),
    ("夏", 4),
    ("钟", 4),
    ("汪", 4),
    ("田", 4),
    ("任", 4),
    ("姜", 4),
    ("欧阳", 3),
    ("司马", 1),
    ("上官", 1),
    ("诸葛", 1),
];

const MALE: &str = "伟强磊军勇杰涛明超刚平辉鹏华飞波斌宇浩凯健俊帆毅峰晨阳博文远航志建国家俊子轩昊然铭泽恒睿";
const FEMALE: &str = "芳娜敏静丽艳娟霞秀英燕玲桂兰洁梅琳雪慧莹婷倩颖佳欣怡悦梦瑶诗涵雨彤思晴语嫣紫萱若溪可馨";
/// Characters that older systems cannot write; two lie beyond the basic plane, on purpose.
const RARE: &str = "䶮㛃㸌玥𬍛𬭩翀犇喆昇堃";

const DOTTED_GIVEN: [&str; 12] = [
    "阿依古丽",
    "买买提",
    "吐尔逊",
    "古丽娜尔",
    "艾尼瓦尔",
    "帕提古丽",
    "扎西",
    "卓玛",
    "阿卜杜拉",
    "热依汗",
    "巴特尔",
    "木拉提",
];
const DOTTED_FAMILY: [&str; 10] =
    ["买买提江", "阿不都热合曼", "吐尔逊", "艾合买提", "司马义", "次仁", "多吉", "努尔买买提", "沙依提", "依明"];

pub(crate) fn surname(draw: &mut Draw) -> &'static str {
    draw.weigh(&SURNAMES, |&(_, share)| share).0
}

/// A full name. `surname` is the family's, so that children carry a parent's.
pub(crate) fn full(draw: &mut Draw, surname: &str, male: bool) -> String {
    if draw.below(1000) < 15 {
        return format!("{}·{}", draw.pick(&DOTTED_GIVEN), draw.pick(&DOTTED_FAMILY));
    }
    let given: Vec<char> = if male { MALE } else { FEMALE }.chars().collect();
    let rare: Vec<char> = RARE.chars().collect();
    let mut name = String::from(surname);
    name.push(if draw.below(1000) < 6 { *draw.pick(&rare) } else { *draw.pick(&given) });
    if draw.chance(75) {
        name.push(*draw.pick(&given));
    }
    name
}
