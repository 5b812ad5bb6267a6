//! The trade bill of a day of WeChat Pay: UTF-8, every value behind a grave accent, the list of trades first and their
//! sums last. Its hash was told in a signed reply and is checked here. Read whole or not at all.

use aws_lc_rs::digest;
use connector::{
    Failure,
    pay::{BillKind, BillLine},
};
use kernel::{Date, Money};

use crate::field;

/// The sums' first column, which tells their head from a trade.
const SUMS: &str = "总交易单数";

pub struct Shop<'a> {
    pub mchid: &'a str,
    pub appid: &'a str,
}

/// True if the file is the one that the reply spoke of. SHA-1 is the provider's choice; the reply itself is signed.
pub fn is_whole(file: &[u8], hash_type: &str, hash: &str) -> bool {
    let algorithm = match hash_type {
        "SHA1" => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        "SHA256" => &digest::SHA256,
        _ => return false,
    };
    let found: String = digest::digest(algorithm, file).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    found.eq_ignore_ascii_case(hash)
}

struct Columns {
    count: usize,
    at: usize,
    appid: usize,
    mchid: usize,
    trade_no: usize,
    out_trade_no: usize,
    state: usize,
    currency: usize,
    paid: usize,
    refunded: usize,
    refund_no: usize,
    fee: usize,
}

impl Columns {
    fn read(heads: &[&str]) -> Option<Self> {
        let of = |name: &str| heads.iter().position(|head| *head == name);
        Some(Self {
            count: heads.len(),
            at: of("交易时间")?,
            appid: of("公众账号ID")?,
            mchid: of("商户号")?,
            trade_no: of("微信订单号")?,
            out_trade_no: of("商户订单号")?,
            state: of("交易状态")?,
            currency: of("货币种类")?,
            paid: of("订单金额")?,
            refunded: of("申请退款金额")?,
            refund_no: of("商户退款单号")?,
            fee: of("手续费")?,
        })
    }
}

/// Cut only where the next value begins: a value may hold a comma.
fn values(line: &str) -> Option<Vec<&str>> {
    Some(line.strip_prefix('`')?.split(",`").map(str::trim).collect())
}

pub fn read(file: &[u8], shop: &Shop<'_>, day: Date) -> Result<Vec<BillLine>, Failure> {
    let text = std::str::from_utf8(file).map_err(|_| Failure::Garbage)?.trim_start_matches('\u{feff}');
    let mut rows = text.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let heads: Vec<&str> = rows.next().ok_or(Failure::Half)?.split(',').map(|h| h.trim_start_matches('`')).collect();
    let columns = Columns::read(&heads).ok_or(Failure::Garbage)?;
    let mut lines = Vec::new();
    for row in rows.by_ref() {
        if row.trim_start_matches('`').starts_with(SUMS) {
            let sums = rows.next().and_then(values).ok_or(Failure::Half)?;
            let count: usize = sums[0].parse().map_err(|_| Failure::Garbage)?;
            return match (count == lines.len(), rows.next()) {
                (true, None) => Ok(lines),
                (true, Some(_)) => Err(Failure::Garbage),
                (false, _) => Err(Failure::Half),
            };
        }
        let fields = values(row).filter(|fields| fields.len() == columns.count).ok_or(Failure::Garbage)?;
        if fields[columns.mchid] != shop.mchid || fields[columns.appid] != shop.appid {
            return Err(Failure::WrongSubject);
        }
        let line = trade(&columns, &fields).ok_or(Failure::Garbage)?;
        if line.at.date() != day {
            return Err(Failure::WrongSubject);
        }
        lines.push(line);
    }
    Err(Failure::Half)
}

fn trade(columns: &Columns, fields: &[&str]) -> Option<BillLine> {
    let number = |at: usize| Some(fields[at]).filter(|text| field::is_number(text)).map(str::to_owned);
    let (kind, amount) = match fields[columns.state] {
        "SUCCESS" => (BillKind::Paid, columns.paid),
        "REFUND" => (BillKind::Refund, columns.refunded),
        _ => return None,
    };
    if fields[columns.currency] != "CNY" {
        return None;
    }
    // Fees have five decimals, and are rounded by day where they are taken: the cut-off part is the provider's.
    let fee = field::cut_size(fields[columns.fee])?;
    Some(BillLine {
        kind,
        out_trade_no: number(columns.out_trade_no)?,
        trade_no: number(columns.trade_no)?,
        refund_no: match kind {
            BillKind::Paid => None,
            BillKind::Refund => Some(number(columns.refund_no)?),
        },
        amount: field::read_size(fields[amount])?,
        fee: match kind {
            BillKind::Paid => fee,
            BillKind::Refund => Money::from_fen(-fee.fen()),
        },
        at: field::read_civil(fields[columns.at])?,
    })
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;

    use super::*;

    const BILL: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n\
        `2026-03-02 10:00:00,`wx1,`1900000001,`0,`,`4200000000000001,`o1,`openid,`NATIVE,`SUCCESS,`OTHERS,`CNY,`86.40,`0.00,`0,`0,`0.00,`0.00,`,`,`水费, 2026-02,`,`0.52000,`0.60%,`86.40,`0.00,`\r\n\
        `2026-03-02 11:00:00,`wx1,`1900000001,`0,`,`4200000000000001,`o1,`openid,`NATIVE,`REFUND,`OTHERS,`CNY,`0.00,`0.00,`5030000000000001,`r1,`10.00,`0.00,`ORIGINAL,`SUCCESS,`水费, 2026-02,`,`-0.06000,`0.60%,`0.00,`10.00,`\r\n\
        总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n\
        `2,`86.40,`10.00,`0.00,`0.46000,`86.40,`10.00\r\n";

    fn heard(text: &str) -> Result<Vec<BillLine>, Failure> {
        read(text.as_bytes(), &Shop { mchid: "1900000001", appid: "wx1" }, jiff::civil::date(2026, 3, 2))
    }

    #[test]
    fn a_bill_is_read_to_the_fen() {
        let line = |kind, refund_no: Option<&str>, amount, fee, hours: i64| BillLine {
            kind,
            out_trade_no: "o1".into(),
            trade_no: "4200000000000001".into(),
            refund_no: refund_no.map(str::to_owned),
            amount: Money::from_fen(amount),
            fee: Money::from_fen(fee),
            at: Timestamp(1_772_416_800_000).plus_s(3600 * hours),
        };
        let lines = vec![line(BillKind::Paid, None, 8_640, 52, 0), line(BillKind::Refund, Some("r1"), 1_000, -6, 1)];
        assert_eq!(heard(BILL), Ok(lines));
        let empty: String = BILL.lines().filter(|line| !line.contains("`o1")).map(|line| format!("{line}\n")).collect();
        assert_eq!(heard(&empty.replace("`2,", "`0,")), Ok(vec![]));
    }

    #[test]
    fn a_bill_that_is_cut_changed_or_somebody_elses_is_refused() {
        let without =
            |word: &str| BILL.lines().filter(|l| !l.contains(word)).map(|l| format!("{l}\n")).collect::<String>();
        for (text, why) in [
            (String::new(), Failure::Half),
            (without("总交易单数"), Failure::Garbage),
            (without("REFUND"), Failure::Half),
            (BILL.lines().take(3).map(|line| format!("{line}\n")).collect(), Failure::Half),
            (BILL.lines().take(4).map(|line| format!("{line}\n")).collect(), Failure::Half),
            (BILL.replace("1900000001", "1900000002"), Failure::WrongSubject),
            (BILL.replace("wx1", "wx2"), Failure::WrongSubject),
            (BILL.replace("2026-03-02 11", "2026-03-01 11"), Failure::WrongSubject),
            (BILL.replace("`CNY", "`USD"), Failure::Garbage),
            (BILL.replace("`REFUND", "`REVOKED"), Failure::Garbage),
            (BILL.replace("`86.40,`0.00,`\r", "`86.405,`0.00,`\r"), Failure::Garbage),
            (BILL.replace(",订单金额", ""), Failure::Garbage),
            (format!("{BILL}`1\n"), Failure::Garbage),
        ] {
            assert_eq!(heard(&text), Err(why), "{text}");
        }
    }

    #[test]
    fn the_hash_is_the_replys() {
        assert!(is_whole(b"abc", "SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"));
        assert!(is_whole(b"abc", "SHA256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        assert!(!is_whole(b"abd", "SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d"));
        assert!(!is_whole(b"abc", "MD5", "900150983cd24fb0d6963f7d28e17f72"));
    }
}
