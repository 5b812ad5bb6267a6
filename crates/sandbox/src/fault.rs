//! How a department can misbehave, the switchboard that says how each behaves now, and the count of its questions.

use std::sync::{
    RwLock,
    atomic::{AtomicU64, Ordering},
};

use kernel::Text;
use serde::{Deserialize, Serialize};

use crate::department::Department;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    #[default]
    None,
    /// Answers rightly, after the delay.
    Slow,
    /// 503 and a broken connection in turn.
    Down,
    /// 200 with text that is no JSON.
    Garbage,
    /// Fewer rows than promised; answers of a single row are cut.
    Half,
    /// The answer that belongs to somebody else.
    WrongPerson,
    /// The right answer in the older encoding: must work for the citizen.
    Gb18030,
    /// Sends the caller to an address inside the data centre.
    Redirect,
    /// A body without end.
    Giant,
    /// Knows nothing under the keys of a record any more, for example because the car was sold.
    Unmatched,
    /// Every unit that is booked was given away at the counter.
    UnitGone,
    /// Nobody who is booked for is wanted.
    PersonRefused,
    /// Notices wait for the delay before they are sent.
    Late,
    /// Notices go out up to ten times.
    Doubled,
    /// Notices wait for anything up to the delay, so that they overtake one another.
    Shuffled,
    /// Notices are never sent: whoever wants to know has to ask.
    Lost,
    /// Somebody else sends notices that look like the gateway's, before the genuine ones.
    Forged,
    /// Notices are genuine but for a fen.
    WrongAmount,
    /// An order is paid, and the notice sent, before the order is answered.
    Early,
}

impl Fault {
    pub(crate) const OF_DEPARTMENTS: [Self; 10] = [
        Self::None,
        Self::Slow,
        Self::Down,
        Self::Garbage,
        Self::Half,
        Self::WrongPerson,
        Self::Gb18030,
        Self::Redirect,
        Self::Giant,
        Self::Unmatched,
    ];

    pub(crate) const OF_BOOKED: [Self; 12] = [
        Self::None,
        Self::UnitGone,
        Self::PersonRefused,
        Self::Slow,
        Self::Down,
        Self::Garbage,
        Self::Half,
        Self::WrongPerson,
        Self::Gb18030,
        Self::Redirect,
        Self::Giant,
        Self::Unmatched,
    ];

    pub(crate) const OF_GATEWAYS: [Self; 13] = [
        Self::None,
        Self::Slow,
        Self::Down,
        Self::Garbage,
        Self::Half,
        Self::Giant,
        Self::Late,
        Self::Doubled,
        Self::Shuffled,
        Self::Lost,
        Self::Forged,
        Self::WrongAmount,
        Self::Early,
    ];

    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Slow => "slow",
            Self::Down => "down",
            Self::Garbage => "garbage",
            Self::Half => "half",
            Self::WrongPerson => "wrong-person",
            Self::Gb18030 => "gb18030",
            Self::Redirect => "redirect",
            Self::Giant => "giant",
            Self::Late => "late",
            Self::Doubled => "doubled",
            Self::Shuffled => "shuffled",
            Self::Lost => "lost",
            Self::Forged => "forged",
            Self::WrongAmount => "wrong-amount",
            Self::Early => "early",
            Self::Unmatched => "unmatched",
            Self::UnitGone => "unit-gone",
            Self::PersonRefused => "person-refused",
        }
    }

    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::OF_BOOKED.into_iter().chain(Self::OF_GATEWAYS).find(|fault| fault.word() == word)
    }

    #[must_use]
    pub fn name(self) -> Text {
        match self {
            Self::None => Text::new("正常", "healthy"),
            Self::Slow => Text::new("很慢", "slow"),
            Self::Down => Text::new("停机", "down"),
            Self::Garbage => Text::new("乱码", "garbage"),
            Self::Half => Text::new("残缺", "half"),
            Self::WrongPerson => Text::new("答错人", "wrong person"),
            Self::Gb18030 => Text::new("国标编码", "GB18030"),
            Self::Redirect => Text::new("跳转", "redirect"),
            Self::Giant => Text::new("无尽", "endless"),
            Self::Late => Text::new("通知迟到", "late notices"),
            Self::Doubled => Text::new("通知重复", "doubled notices"),
            Self::Shuffled => Text::new("通知乱序", "shuffled notices"),
            Self::Lost => Text::new("通知丢失", "lost notices"),
            Self::Forged => Text::new("伪造通知", "forged notices"),
            Self::WrongAmount => Text::new("金额不符", "wrong amount"),
            Self::Early => Text::new("通知抢先", "early notices"),
            Self::Unmatched => Text::new("对不上", "no match"),
            Self::UnitGone => Text::new("号已占用", "unit gone"),
            Self::PersonRefused => Text::new("拒绝此人", "person refused"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    pub fault: Fault,
    pub delay_ms: u64,
}

pub const DELAY_MS_DEFAULT: u64 = 8_000;
/// Longer than any deadline of the platform, short enough that a forgotten switch frees its connections.
pub const DELAY_MS_MAX: u64 = 120_000;

/// One line of the fault API.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Standing {
    pub department: Department,
    pub fault: Fault,
    pub delay_ms: u64,
    /// Questions since the start, whatever became of them.
    pub questions: u64,
}

pub(crate) struct Switchboard {
    switches: RwLock<[Switch; Department::ALL.len()]>,
    questions: [AtomicU64; Department::ALL.len()],
}

impl Switchboard {
    pub(crate) fn new() -> Self {
        let healthy = Switch { fault: Fault::None, delay_ms: DELAY_MS_DEFAULT };
        Self { switches: RwLock::new([healthy; Department::ALL.len()]), questions: Default::default() }
    }

    pub(crate) fn set(&self, department: Department, fault: Fault, delay_ms: u64) {
        let mut switches = self.switches.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        switches[department.index()] = Switch { fault, delay_ms: delay_ms.min(DELAY_MS_MAX) };
    }

    pub(crate) fn get(&self, department: Department) -> Switch {
        self.switches.read().unwrap_or_else(std::sync::PoisonError::into_inner)[department.index()]
    }

    /// Counts one question and returns its number, beginning with 1.
    pub(crate) fn count(&self, department: Department) -> u64 {
        self.questions[department.index()].fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn questions(&self, department: Department) -> u64 {
        self.questions[department.index()].load(Ordering::Relaxed)
    }

    pub(crate) fn standings(&self) -> Vec<Standing> {
        let standing = |department| {
            let Switch { fault, delay_ms } = self.get(department);
            Standing { department, fault, delay_ms, questions: self.questions(department) }
        };
        Department::ALL.into_iter().map(standing).collect()
    }
}
