//! Identifiers of people and things: parsed once, valid ever after.
//!
//! Each parser normalises first (full-width to half-width, spaces and hyphens away, upper case) and then names the one
//! mistake that its reader can mend. Rules and vectors: GB 11643-1999, GA 36-2018, GB 16735, GB 32100-2015.

mod credit_code;
mod licence;
mod person_name;
mod phone;
mod plate;
mod resident_id;
mod vin;

pub use credit_code::CreditCode;
pub use licence::LicenceFileNo;
pub use person_name::PersonName;
pub use phone::Phone;
pub use plate::{Plate, PlateKind};
pub use resident_id::{ResidentId, Sex};
pub use vin::Vin;

use crate::{lang::Lang, money::Money};

/// What is wrong with something that was typed, precise enough to say how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    Empty(&'static str),
    /// An identifier of the wrong length: (what, wanted, got).
    Length {
        what: What,
        wanted: &'static str,
        got: usize,
    },
    /// A character that cannot occur there.
    Character {
        what: What,
        found: char,
    },
    /// The check character does not fit the rest: one character is mistyped.
    CheckDigit(What),
    /// The birth date inside a resident ID is no date.
    BirthDate,
    /// The birth date inside a resident ID lies ahead.
    BirthDateAhead,
    /// The first two digits of a resident ID name no province.
    Province,
    /// The plate does not follow any pattern in use.
    PlatePattern,
    /// A one-time code that is not the one sent.
    CodeWrong {
        tries_left: u32,
    },
    /// A one-time code that has run out, or was never asked for.
    CodeExpired,
    /// The register does not know this pair of name and number, or they do not belong together.
    NameAndIdDiffer,
    /// The register says that the vehicle or licence belongs to somebody else. Identical for "does not exist".
    NotYours,
    /// The number does not look like one of this biller's.
    CustomerNo {
        example: String,
    },
    /// More or less than the end of a name.
    HolderTail,
    /// The biller does not know this pair of number and name. Identical for "does not exist".
    CustomerUnknown,
    /// A height that no person has.
    Height,
    /// One's own number, where another person's is asked for.
    OwnNumber,
    /// The register does not show them as the child of whoever asks.
    NotGuardian,
    /// More people than one booking is for, or none.
    PersonsMax {
        max: usize,
    },
    /// The same person twice.
    PersonTwice,
    /// Already there.
    AlreadyBound,
    /// No more of them allowed.
    TooManyCards {
        max: usize,
    },
    /// Another account already holds this real name.
    PersonHasAccount,
    /// The other person is unknown here, or has not passed the real-name check.
    PersonUnknown,
    /// Choose one of the listed values.
    Choice,
    /// No amount in yuan.
    Amount,
    /// An amount that is too small or too large.
    AmountOutside {
        min: Money,
        max: Money,
    },
    /// Login, password and authenticator code do not belong together. Identical for a login that does not exist or rests.
    StaffProof,
    /// The authenticator shows another code by now, or this one was used.
    AuthenticatorCode,
}

/// The identifiers a mistake can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    ResidentId,
    Phone,
    Plate,
    Vin,
    VinTail,
    LicenceFileNo,
    CreditCode,
    PersonName,
    Code,
}

impl What {
    const fn say(self, lang: Lang) -> &'static str {
        match self {
            Self::ResidentId => lang.pick("身份证号", "resident ID"),
            Self::Phone => lang.pick("手机号", "mobile number"),
            Self::Plate => lang.pick("车牌号", "plate number"),
            Self::Vin => lang.pick("车辆识别代号", "vehicle identification number"),
            Self::VinTail => lang.pick("车辆识别代号后 6 位", "last 6 characters of the VIN"),
            Self::LicenceFileNo => lang.pick("驾驶证档案编号", "licence file number"),
            Self::CreditCode => lang.pick("统一社会信用代码", "unified credit code"),
            Self::PersonName => lang.pick("姓名", "name"),
            Self::Code => lang.pick("验证码", "code"),
        }
    }
}

impl Mistake {
    /// The mistake and its mend, in one short sentence for the citizen.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let zh = lang == Lang::ZhCn;
        match self {
            // The label names the field in both languages, with a stroke between.
            Self::Empty(label) => {
                let (zh_cn, english) = label.split_once(" / ").unwrap_or((label, label));
                if zh { format!("填写{zh_cn}") } else { format!("Enter the {english}") }
            }
            Self::Length { what, wanted, got } if zh => {
                format!("{}应为 {wanted} 位，现在是 {got} 位", what.say(lang))
            }
            Self::Length { what, wanted, got } => {
                format!("The {} has {wanted} characters; you typed {got}", what.say(lang))
            }
            Self::Character { what, found } if zh => format!("{}里不会有“{found}”，核对后改正", what.say(lang)),
            Self::Character { what, found } => {
                format!("The {} cannot contain “{found}”: check it and correct it", what.say(lang))
            }
            Self::CheckDigit(what) if zh => format!("{}有一位不对，对照证件逐位核对", what.say(lang)),
            Self::CheckDigit(what) => {
                format!("One character of the {} is wrong: compare it with the document", what.say(lang))
            }
            Self::CodeWrong { tries_left } if zh => format!("验证码不对，还可以再试 {tries_left} 次"),
            Self::CodeWrong { tries_left } => format!("That is not the code we sent; {tries_left} more tries"),
            Self::CustomerNo { example } if zh => format!("户号格式不对，例如 {example}，对照账单改正"),
            Self::CustomerNo { example } => {
                format!("That is not a customer number here; one looks like {example}: compare it with the bill")
            }
            Self::Amount if zh => "写成数字，最多两位小数，比如 86.40".to_owned(),
            Self::Amount => "Write a number with at most two decimals, for example 86.40".to_owned(),
            Self::AmountOutside { min, max } if zh => format!("金额在 {} 元到 {} 元之间", min.yuan(), max.yuan()),
            Self::AmountOutside { min, max } => {
                format!("An amount from {} to {} yuan", min.yuan(), max.yuan())
            }
            Self::PersonsMax { max } if zh => format!("选 1 到 {max} 位"),
            Self::PersonsMax { max } => format!("Choose from 1 to {max} people"),
            Self::TooManyCards { max } if zh => format!("最多绑定 {max} 个，先解绑不用的"),
            Self::TooManyCards { max } => format!("You can bind at most {max}: remove one first"),
            other => {
                let (zh_cn, en) = other.sentence();
                lang.pick(zh_cn, en).to_owned()
            }
        }
    }

    /// The words of a mistake that has nothing to fill in.
    const fn sentence(&self) -> (&'static str, &'static str) {
        match self {
            Self::BirthDate => (
                "身份证号第 7 至 14 位不是有效的出生日期，对照证件改正",
                "Characters 7 to 14 of the resident ID are not a date: compare them with the document",
            ),
            Self::BirthDateAhead => (
                "身份证号里的出生日期还没到，对照证件改正",
                "The birth date in the resident ID lies in the future: compare it with the document",
            ),
            Self::Province => (
                "身份证号前两位没有对应的省份，对照证件改正",
                "The first two digits of the resident ID name no province: compare them with the document",
            ),
            Self::PlatePattern => (
                "车牌号格式不对，例如 晋A12345 或 晋AD12345",
                "That is not a plate number; it looks like 晋A12345 or 晋AD12345",
            ),
            Self::Height => ("身高写厘米数，比如 118", "Write the height in centimetres, for example 118"),
            Self::OwnNumber => {
                ("这是您自己的身份证号，给自己预约不用添加", "This is your own resident ID: you need not add yourself")
            }
            Self::NotGuardian => (
                "登记信息里没有显示您是孩子的监护人，核对号码，或带户口簿到窗口办理",
                "The register does not show you as the guardian: check the number, or come to a counter with the household book",
            ),
            Self::PersonTwice => ("同一个人选了两次，去掉一个", "The same person is there twice: remove one"),
            Self::CodeExpired => ("验证码已过期，重新获取一个", "The code has expired: ask for a new one"),
            Self::NameAndIdDiffer => (
                "姓名与身份证号对不上，对照身份证核对这两项",
                "The name and the resident ID do not belong together: compare both with the document",
            ),
            Self::NotYours => (
                "登记信息与您本人不符，核对后再试；家人的证件请走“家人授权”",
                "The register does not show this as yours: check what you typed. For a family member, ask for their consent",
            ),
            Self::HolderTail => (
                "只填户主姓名的最后一个字，例如户主叫王小明，就填“明”",
                "Enter only the last character of the account holder's name",
            ),
            Self::CustomerUnknown => (
                "户号和户主姓名对不上，对照账单核对这两项",
                "The number and the holder's name do not belong together: compare both with the bill",
            ),
            Self::AlreadyBound => ("已经绑定过了", "You have bound this already"),
            Self::PersonHasAccount => (
                "这位市民已用另一个手机号实名，用那个手机号登录",
                "This person is already verified under another phone number: sign in with that one",
            ),
            Self::PersonUnknown => (
                "没有找到这位家人：对方需要先登录并完成实名",
                "We cannot find this person: they need to sign in and pass the real-name check first",
            ),
            Self::StaffProof => (
                "登录名、密码和动态码对不上，核对后用下一个动态码再试；连续 5 次不对，账号停 15 分钟",
                "Login, password and code do not belong together: check them and use the next code. After 5 wrong tries the account rests for 15 minutes",
            ),
            Self::AuthenticatorCode => (
                "动态码不对或已用过，等验证器显示下一个再输入",
                "That code is wrong or was used: wait for the next one in your authenticator",
            ),
            _ => ("从列出的选项里选一个", "Choose one of the listed options"),
        }
    }
}

/// Full-width to half-width, white space and hyphens away, upper case.
#[must_use]
pub fn normalise(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\u{3000}' | '-' | '－' | '‐' | '–' | '—' => None,
            c if c.is_whitespace() || c.is_control() => None,
            // The full-width forms lie exactly this far above ASCII.
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0),
            c => Some(c),
        })
        .flat_map(char::to_uppercase)
        .collect()
}

/// An identifier that must not be printed: `Debug` shows the mask, there is no `Display`.
macro_rules! personal {
    ($name:ident, $mask:path) => {
        impl $name {
            /// The full text: for the register that owns it, for sealing, or for a page whose reader is in the access log.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }

            #[must_use]
            pub fn masked(&self) -> String {
                $mask(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.masked())
            }
        }
    };
}
pub(crate) use personal;

#[cfg(test)]
mod tests;
