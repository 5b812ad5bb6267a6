//! The persons whose logins are printed at the start, and what happened to them. Their identifiers lie outside the
//! permutations (sequence numbers 992 to 999, all-zero plates, file numbers below 1,000), so nobody else can have them.
//!
//! Their violations are scripted against the month or the points cycle, so that every state can be met on any day.

use jiff::civil::date;
use kernel::{Date, Text};

use crate::biller::Biller;

/// Families 0 to 3 of each area are these sixteen persons.
pub(crate) const FAMILIES: u64 = 4;
pub(crate) const PERSONS: u64 = FAMILIES * 4;

/// A person to sign in as, with everything that has to be typed.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DemoPerson {
    /// Stable name of the part, such as `driver-with-open-violations`.
    pub role: &'static str,
    pub name: String,
    /// Empty for whoever has none: children, and all persons outside the first area.
    pub phone: String,
    pub resident_id: String,
    /// Empty for whoever has no licence.
    pub file_no: String,
    /// Plate, plate kind and the last six characters of the VIN.
    pub vehicles: Vec<(String, String, String)>,
    /// Accounts at billers: their own, and a parent's whose bills they look after.
    pub customers: Vec<DemoCustomer>,
    pub about: Text,
}

/// An account to bind: the number and what proves that one knows its holder.
#[derive(Clone, Debug, serde::Serialize)]
pub struct DemoCustomer {
    pub biller: Biller,
    pub no: String,
    pub holder: String,
    /// The last character of the holder's name.
    pub holder_tail: String,
    /// False for a parent's account.
    pub own: bool,
}

/// Whose accounts a demo person looks after besides their own.
pub(crate) fn looks_after(n: u64) -> Option<u64> {
    (n == 0).then_some(3)
}

pub(crate) struct Part {
    pub(crate) role: &'static str,
    pub(crate) name: &'static str,
    pub(crate) birth: Date,
    pub(crate) male: bool,
    /// Class and first issue.
    pub(crate) licence: Option<(&'static str, Date)>,
    /// Serials of the person's cars: `None` takes the computed one.
    pub(crate) cars: &'static [Option<(&'static str, &'static str)>],
    pub(crate) about: (&'static str, &'static str),
}

/// The part of person `n`, if that is one of the sixteen.
pub(crate) fn part(n: u64) -> Option<&'static Part> {
    PARTS.get(usize::try_from(n).ok()?)
}

static PARTS: [Part; 16] = [
    Part {
        role: "driver-with-open-violations",
        name: "林远舟",
        birth: date(1986, 3, 12),
        male: true,
        licence: Some(("C1", date(2012, 5, 20))),
        cars: &[Some(("00000", "02")), Some(("D00000", "52"))],
        about: (
            "两辆车，各种状态的违法都有；小满的监护人",
            "Two cars, violations in every state; guardian of the child",
        ),
    },
    Part {
        role: "family-member",
        name: "苏晚晴",
        birth: date(1988, 9, 25),
        male: false,
        licence: Some(("C2", date(2014, 8, 8))),
        cars: &[Some(("F00000", "52"))],
        about: ("第一位的配偶，有自己的车", "Spouse of the first, with a car of her own"),
    },
    Part {
        role: "minor-car-owner",
        name: "林小满",
        birth: date(2014, 5, 21),
        male: false,
        licence: None,
        cars: &[Some(("A00000", "52"))],
        about: ("未成年人，名下有一辆车，由监护人代办", "A child who owns a car; the guardian acts for her"),
    },
    Part {
        role: "elder-exam-due",
        name: "林德厚",
        birth: date(1949, 10, 6),
        male: true,
        licence: Some(("C1", date(1990, 11, 5))),
        cars: &[],
        about: ("七十岁以上，今年的体检还没交", "Over 70, this year's medical exam not handed in"),
    },
    Part {
        role: "full-points",
        name: "赵一凡",
        birth: date(1990, 7, 7),
        male: true,
        licence: Some(("C1", date(2011, 6, 15))),
        cars: &[None],
        about: ("本周期记满 12 分", "Twelve points in this cycle"),
    },
    Part {
        role: "driver-without-violations",
        name: "周静怡",
        birth: date(1992, 2, 14),
        male: false,
        licence: Some(("C1", date(2015, 4, 22))),
        cars: &[None],
        about: ("没有任何违法", "No violations at all"),
    },
    Part {
        role: "minor-without-car",
        name: "赵可",
        birth: date(2016, 12, 1),
        male: true,
        licence: None,
        cars: &[],
        about: ("未成年人，没有证件", "A child without cards"),
    },
    Part {
        role: "elder-exam-done",
        name: "钱秀英",
        birth: date(1952, 1, 20),
        male: false,
        licence: Some(("C2", date(2001, 3, 18))),
        cars: &[],
        about: ("七十岁以上，体检已交", "Over 70, medical exam handed in"),
    },
    Part {
        role: "foreign-name",
        name: "阿依努尔·买买提江",
        birth: date(1991, 11, 11),
        male: false,
        licence: Some(("C1", date(2016, 9, 1))),
        cars: &[None],
        about: ("姓名里有间隔号", "A name with a middle dot"),
    },
    Part {
        role: "rare-character-name",
        name: "王\u{2C364}",
        birth: date(1987, 8, 30),
        male: true,
        licence: Some(("C1", date(2008, 2, 29))),
        cars: &[None],
        about: ("生僻字姓名；2 月 29 日初次领证", "A rare character; first licence on 29 February"),
    },
    Part {
        role: "young-driver",
        name: "艾力·依明",
        birth: date(2005, 8, 17),
        male: true,
        licence: Some(("C2", date(2024, 3, 3))),
        cars: &[],
        about: ("新手，没有车", "New driver, no car"),
    },
    Part {
        role: "no-licence",
        name: "吴桂兰",
        birth: date(1955, 4, 2),
        male: false,
        licence: None,
        cars: &[],
        about: ("没有驾驶证，也没有车", "Neither licence nor car"),
    },
    Part {
        role: "truck-driver",
        name: "孙铁柱",
        birth: date(1978, 1, 9),
        male: true,
        licence: Some(("A2", date(2003, 10, 30))),
        cars: &[None, Some(("00000", "01"))],
        about: (
            "A2 驾驶证，一辆小车和一辆大车；同号不同种类",
            "Class A2; a lorry with the plate text of a small car, another kind",
        ),
    },
    Part {
        role: "double-surname",
        name: "欧阳若溪",
        birth: date(1994, 6, 18),
        male: false,
        licence: Some(("C2", date(2018, 12, 5))),
        cars: &[],
        about: ("复姓", "A surname of two characters"),
    },
    Part {
        role: "teenager",
        name: "孙小树",
        birth: date(2012, 9, 9),
        male: true,
        licence: None,
        cars: &[],
        about: ("未成年人，没有车", "A teenager without a car"),
    },
    Part {
        role: "c5-driver",
        name: "孙福来",
        birth: date(1958, 3, 3),
        male: true,
        licence: Some(("C5", date(2013, 7, 12))),
        cars: &[],
        about: ("C5 残疾人专用车，每三个周期体检", "Class C5: an exam every third cycle"),
    },
];

/// When a scripted violation entered the record.
#[derive(Clone, Copy)]
pub(crate) enum Entered {
    /// Days before the first day of this month.
    BeforeMonth(i32),
    /// Days before the driver's current points cycle began.
    BeforeCycle(i32),
}

pub(crate) struct Scene {
    pub(crate) code: &'static str,
    pub(crate) entered: Entered,
    pub(crate) on_the_spot: bool,
    /// Days from entry to decision, and from decision to payment.
    pub(crate) decided: Option<(i32, Option<i32>)>,
    pub(crate) photo_status: u8,
}

const fn camera(code: &'static str, days: i32, decided: Option<(i32, Option<i32>)>, photo_status: u8) -> Scene {
    Scene { code, entered: Entered::BeforeMonth(days), on_the_spot: false, decided, photo_status }
}

/// What happened to car `position` of demo family `family`.
pub(crate) fn scenes(family: u64, position: u64) -> &'static [Scene] {
    const FIRST: &[Scene] = &[
        camera("1345", 9, None, 1),
        camera("1625", 24, None, 1),
        camera("1039", 31, Some((10, None)), 1),
        camera("1344", 40, None, 2),
        camera("1352", 83, Some((12, Some(3))), 1),
    ];
    const SECOND: &[Scene] = &[
        camera("1357", 12, None, 4),
        camera("1039", 14, Some((8, None)), 1),
        Scene {
            code: "1223",
            entered: Entered::BeforeMonth(50),
            on_the_spot: true,
            decided: Some((0, Some(5))),
            photo_status: 2,
        },
    ];
    const SPOUSE: &[Scene] = &[camera("1018", 17, None, 1)];
    const CHILD: &[Scene] = &[camera("1039", 6, None, 1), camera("1345", 36, Some((9, Some(2))), 1)];
    const FULL: &[Scene] = &[
        Scene {
            code: "1625",
            entered: Entered::BeforeCycle(21),
            on_the_spot: false,
            decided: Some((21, Some(2))),
            photo_status: 1,
        },
        Scene {
            code: "1625",
            entered: Entered::BeforeCycle(13),
            on_the_spot: false,
            decided: Some((13, Some(2))),
            photo_status: 1,
        },
    ];
    const DOTTED: &[Scene] = &[camera("1301", 20, None, 3)];
    const LORRY: &[Scene] = &[camera("1344", 11, None, 5)];
    match (family, position) {
        (0, 0) => FIRST,
        (0, 1) => SECOND,
        (0, 2) => SPOUSE,
        (0, 3) => CHILD,
        (1, 0) => FULL,
        (2, 0) => DOTTED,
        (3, 1) => LORRY,
        _ => &[],
    }
}
