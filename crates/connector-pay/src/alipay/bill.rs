//! The platform's bill of a day: a zip with a CSV of every trade and one of sums, both in GBK. Read whole or not at all:
//! a bill that was cut, or that is somebody else's, would make breaks where there are none.

use connector::{
    Failure,
    pay::{BillKind, BillLine},
};
use kernel::{Date, Money};

use crate::{field, zip};

/// The CSV of every trade; the one of sums ends in `_业务明细(汇总).csv`.
const NAME_ENDS: &str = "_业务明细.csv";
/// What a bill of one day may unpack to.
const CSV_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Reads the zip of `day` for the shop.
pub fn read(archive: &[u8], seller_id: &str, day: Date) -> Result<Vec<BillLine>, Failure> {
    let csv = zip::file(archive, CSV_BYTES_MAX, |name| gbk(name).is_some_and(|name| name.ends_with(NAME_ENDS)))?;
    let text = gbk(&csv).ok_or(Failure::Garbage)?;
    lines(&text, seller_id, day)
}

fn gbk(bytes: &[u8]) -> Option<String> {
    match encoding_rs::GBK.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Some(text.into_owned()),
        // Archives that are marked as UTF-8 are.
        None => std::str::from_utf8(bytes).ok().map(str::to_owned),
    }
}

struct Columns {
    count: usize,
    trade_no: usize,
    out_trade_no: usize,
    kind: usize,
    at: usize,
    amount: usize,
    refund_no: usize,
    fee: usize,
}

impl Columns {
    fn read(heads: &[&str]) -> Option<Self> {
        let of =
            |name: &str| heads.iter().position(|head| head.trim_end_matches("（元）").trim_end_matches("(元)") == name);
        Some(Self {
            count: heads.len(),
            trade_no: of("支付宝交易号")?,
            out_trade_no: of("商户订单号")?,
            kind: of("业务类型")?,
            at: of("完成时间")?,
            amount: of("订单金额")?,
            refund_no: of("退款批次号/请求号")?,
            fee: of("服务费")?,
        })
    }
}

/// Comments begin with `#`: the shop, the day, where the list begins and ends, and how many of each it has.
fn lines(text: &str, seller_id: &str, day: Date) -> Result<Vec<BillLine>, Failure> {
    let mut comments = Vec::new();
    let mut columns = None;
    let mut lines = Vec::new();
    let mut ended = false;
    for line in text.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix('#') {
            ended |= comment.contains("明细列表结束");
            comments.push(comment);
            continue;
        }
        if ended {
            return Err(Failure::Garbage);
        }
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        match &columns {
            None => columns = Some(Columns::read(&fields).ok_or(Failure::Garbage)?),
            Some(columns) => lines.push(trade(columns, &fields).ok_or(Failure::Garbage)?),
        }
    }
    if columns.is_none() || !ended {
        return Err(Failure::Half);
    }
    let account = comments.iter().find_map(|comment| bracketed(comment, "账号")).ok_or(Failure::Half)?;
    if !account.starts_with(seller_id) || lines.iter().any(|line| line.at.date() != day) {
        return Err(Failure::WrongSubject);
    }
    for (label, kind) in [("交易合计", BillKind::Paid), ("退款合计", BillKind::Refund)] {
        if let Some(said) = comments.iter().find_map(|comment| count(comment, label)) {
            let found = lines.iter().filter(|line| line.kind == kind).count();
            if said != found {
                return Err(Failure::Half);
            }
        }
    }
    Ok(lines)
}

/// `账号：[2088…0156]`: what stands in the brackets behind the label.
fn bracketed<'a>(comment: &'a str, label: &str) -> Option<&'a str> {
    let rest = comment.trim().strip_prefix(label)?.trim_start_matches(['：', ':']);
    rest.strip_prefix('[')?.split_once(']').map(|(inside, _)| inside)
}

/// `交易合计：2笔，…`
fn count(comment: &str, label: &str) -> Option<usize> {
    let rest = comment.trim().strip_prefix(label)?.trim_start_matches(['：', ':']);
    rest.split_once('笔')?.0.trim().parse().ok()
}

fn trade(columns: &Columns, fields: &[&str]) -> Option<BillLine> {
    if fields.len() != columns.count {
        return None;
    }
    let number = |at: usize| Some(fields[at]).filter(|text| field::is_number(text)).map(str::to_owned);
    let kind = match fields[columns.kind] {
        "交易" => BillKind::Paid,
        "退款" => BillKind::Refund,
        _ => return None,
    };
    let fee = match fields[columns.fee] {
        "" => Money::ZERO,
        fee => field::read_size(fee)?,
    };
    Some(BillLine {
        kind,
        out_trade_no: number(columns.out_trade_no)?,
        trade_no: number(columns.trade_no)?,
        refund_no: match kind {
            BillKind::Paid => None,
            BillKind::Refund => Some(number(columns.refund_no)?),
        },
        amount: field::read_size(fields[columns.amount])?,
        // Bills disagree about the sign of a fee; what the platform takes of a payment it gives back with a refund.
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

    const SELLER_ID: &str = "2088000000000001";
    const BILL: &str = "#支付宝业务明细查询\n\
        #账号：[20880000000000010156]\n\
        #起始日期：[2026年03月02日 00:00:00]   终止日期：[2026年03月03日 00:00:00]\n\
        #-----------------------------------------业务明细列表----------------------------------------\n\
        支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注\n\
        2026030222001400000000000001\t,o1\t,交易\t,水费 2026-02,2026-03-02 09:59:30,2026-03-02 10:00:00,\t,\t,\t,\t,*湖(139****0001)\t,86.40,86.40,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,\t,-0.52,0.00,\n\
        2026030222001400000000000001\t,o1\t,退款\t,水费 2026-02,2026-03-02 09:59:30,2026-03-02 11:00:00,\t,\t,\t,\t,*湖(139****0001)\t,-10.00,-10.00,0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00,r1\t,0.06,0.00,退一部分\n\
        #-----------------------------------------业务明细列表结束------------------------------------\n\
        #交易合计：1笔，商家实收共86.40元，商家优惠共0.00元\n\
        #退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元\n\
        #导出时间：[2026年03月03日 09:15:00]\n";

    fn day() -> Date {
        jiff::civil::date(2026, 3, 2)
    }

    fn heard(text: &str) -> Result<Vec<BillLine>, Failure> {
        let csv = encoding_rs::GBK.encode(text).0;
        let names = [
            ("20880000000000010156_20260302_业务明细(汇总).csv", "#".as_bytes()),
            ("20880000000000010156_20260302_业务明细.csv", &csv),
        ];
        let files: Vec<_> =
            names.iter().map(|(name, bytes)| (encoding_rs::GBK.encode(name).0.into_owned(), *bytes)).collect();
        read(&zip::tests::archive(&files), SELLER_ID, day())
    }

    #[test]
    fn a_bill_is_read_to_the_fen() {
        let line = |kind, refund_no: Option<&str>, amount, fee, hour: i64| BillLine {
            kind,
            out_trade_no: "o1".into(),
            trade_no: "2026030222001400000000000001".into(),
            refund_no: refund_no.map(str::to_owned),
            amount: Money::from_fen(amount),
            fee: Money::from_fen(fee),
            at: Timestamp(1_772_416_800_000).plus_s(3600 * (hour - 10)),
        };
        let lines = vec![line(BillKind::Paid, None, 8_640, 52, 10), line(BillKind::Refund, Some("r1"), 1_000, -6, 11)];
        assert_eq!(heard(BILL), Ok(lines));
        let empty: String =
            BILL.lines().filter(|line| !line.contains("o1\t")).map(|line| format!("{line}\r\n")).collect();
        assert_eq!(heard(&empty.replace("1笔", "0笔")), Ok(vec![]));
    }

    #[test]
    fn a_bill_that_is_cut_changed_or_somebody_elses_is_refused() {
        let cut: String = BILL.lines().take(6).map(|line| format!("{line}\n")).collect();
        let one_less: String =
            BILL.lines().filter(|line| !line.contains("r1")).map(|line| format!("{line}\n")).collect();
        for (text, why) in [
            (cut, Failure::Half),
            (one_less, Failure::Half),
            (String::new(), Failure::Half),
            (BILL.replace(SELLER_ID, "2088000000000002"), Failure::WrongSubject),
            (BILL.replace("2026-03-02 11:00:00", "2026-03-03 11:00:00"), Failure::WrongSubject),
            (BILL.replace("订单金额（元）,", ""), Failure::Garbage),
            (BILL.replace(",86.40,86.40,", ",86.405,86.40,"), Failure::Garbage),
            (BILL.replace(",交易\t,", ",充值\t,"), Failure::Garbage),
            (BILL.replace("水费 2026-02", "水费,2026-02"), Failure::Garbage),
            (format!("{BILL}x,y\n"), Failure::Garbage),
        ] {
            assert_eq!(heard(&text), Err(why), "{text}");
        }
        assert_eq!(read(b"PK", SELLER_ID, day()), Err(Failure::Garbage));
    }
}
