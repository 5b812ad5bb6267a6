//! The violation codes in use, with their texts, legal bases, fines and points by the date of the rule set.
//! Samples for a sandbox: the department's record always decides, never this table.

use jiff::civil::date;
use kernel::Date;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Offence {
    pub(crate) code: &'static str,
    pub(crate) text: &'static str,
    /// The rule that was broken, and the rule that punishes.
    pub(crate) law: &'static str,
    pub(crate) basis: &'static str,
    /// Fines in yuan; each area has chosen one.
    pub(crate) fines_yuan: &'static [u32],
    /// Points 2013 to March 2022, and since April 2022.
    points: (u32, u32),
    /// How often, per 1,000 by camera and on the spot.
    pub(crate) by_camera: u64,
    pub(crate) on_the_spot: u64,
}

/// The points rules in force since this day.
const POINTS_REVISED_ON: Date = date(2022, 4, 1);

impl Offence {
    pub(crate) fn points_on(&self, day: Date) -> u32 {
        if day < POINTS_REVISED_ON { self.points.0 } else { self.points.1 }
    }

    pub(crate) fn by_code(code: &str) -> Option<&'static Self> {
        OFFENCES.iter().find(|offence| offence.code == code)
    }
}

pub(crate) static OFFENCES: [Offence; 11] = [
    Offence {
        code: "1039",
        text: "机动车违反规定停放、临时停车，驾驶人不在现场，妨碍其它车辆、行人通行的",
        law: "《中华人民共和国道路交通安全法》第五十六条",
        basis: "《中华人民共和国道路交通安全法》第九十三条第二款",
        fines_yuan: &[200, 150, 100],
        points: (0, 0),
        by_camera: 330,
        on_the_spot: 0,
    },
    Offence {
        code: "1625",
        text: "驾驶机动车违反道路交通信号灯通行的",
        law: "《中华人民共和国道路交通安全法》第二十六条、《中华人民共和国道路交通安全法实施条例》第三十八条",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[200, 150],
        points: (6, 6),
        by_camera: 90,
        on_the_spot: 20,
    },
    Offence {
        code: "1344",
        text: "驾驶机动车违反禁令标志指示的",
        law: "《中华人民共和国道路交通安全法》第三十八条",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[100, 150, 200],
        points: (3, 1),
        by_camera: 150,
        on_the_spot: 150,
    },
    Offence {
        code: "1345",
        text: "驾驶机动车违反禁止标线指示的",
        law: "《中华人民共和国道路交通安全法》第三十八条",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[100, 150, 200],
        points: (3, 1),
        by_camera: 190,
        on_the_spot: 110,
    },
    Offence {
        code: "1301",
        text: "机动车逆向行驶的",
        law: "《中华人民共和国道路交通安全法》第三十五条",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[200],
        points: (3, 3),
        by_camera: 30,
        on_the_spot: 120,
    },
    Offence {
        code: "1018",
        text: "机动车不在机动车道内行驶的",
        law: "《中华人民共和国道路交通安全法》第三十六条",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[50],
        points: (0, 0),
        by_camera: 60,
        on_the_spot: 60,
    },
    Offence {
        code: "1223",
        text: "驾驶机动车有拨打、接听手持电话等妨碍安全驾驶的行为的",
        law: "《中华人民共和国道路交通安全法实施条例》第六十二条第三项",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[50, 100, 200],
        points: (2, 3),
        by_camera: 30,
        on_the_spot: 230,
    },
    Offence {
        code: "1352",
        text: "驾驶机动车行驶超过规定时速未达百分之二十的",
        law: "《中华人民共和国道路交通安全法》第四十二条",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[50, 100],
        points: (3, 0),
        by_camera: 80,
        on_the_spot: 30,
    },
    Offence {
        code: "1357",
        text: "驾驶机动车遇行人正在通过人行横道时未停车让行的",
        law: "《中华人民共和国道路交通安全法》第四十七条第一款",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[100, 200],
        points: (3, 3),
        by_camera: 40,
        on_the_spot: 60,
    },
    Offence {
        code: "6011",
        text: "机动车在高速公路或城市快速路上行驶时，驾驶人未按规定系安全带的",
        law: "《中华人民共和国道路交通安全法》第五十一条",
        basis: "《中华人民共和国道路交通安全法》第九十条",
        fines_yuan: &[50],
        points: (2, 1),
        by_camera: 0,
        on_the_spot: 217,
    },
    Offence {
        code: "1712",
        text: "饮酒后驾驶机动车的",
        law: "《中华人民共和国道路交通安全法》第二十二条第二款",
        basis: "《中华人民共和国道路交通安全法》第九十一条第一款",
        fines_yuan: &[1_000, 2_000],
        points: (12, 12),
        by_camera: 0,
        on_the_spot: 3,
    },
];
