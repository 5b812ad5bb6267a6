//! The bill of a day: an archive of two files in the national encoding, details and sums, as merchants download it.

use std::fmt::Write as _;

use kernel::Date;

use super::seller_id;
use crate::{
    Sandbox,
    days::plus_days,
    gateway::{
        Gateway,
        book::{Refund, Trade},
        civil, fee_fen, yuan, zip,
    },
};

const RULE: &str = "-----------------------------------------";
const HEADS: &str = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,\
                     订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,\
                     券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,\
                     分润（元）,备注";
const SUM_HEADS: &str = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,\
                         商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）";

#[derive(Default)]
struct Sums {
    trades: usize,
    refunds: usize,
    paid_fen: i64,
    back_fen: i64,
    fee_fen: i64,
}

pub(super) fn archive(sandbox: &Sandbox, shop: &str, day: Date) -> Vec<u8> {
    let book = sandbox.gateways.desk(Gateway::Alipay).book();
    let lines = book.lines(shop, day);
    let mut sums = Sums::default();
    let mut rows = String::new();
    for (at, trade, refund) in lines {
        rows.push_str(&line(trade, refund, &civil(at), &mut sums));
    }
    drop(book);
    let account = format!("{}0156", seller_id(shop));
    let head = |title: &str| {
        let next = plus_days(day, 1);
        let (from, to) = (day.strftime("%Y年%m月%d日"), next.strftime("%Y年%m月%d日"));
        format!(
            "#支付宝业务{title}查询\r\n#账号：[{account}]\r\n#起始日期：[{from} 00:00:00]   终止日期：[{to} 00:00:00]\r\n"
        )
    };
    let made = format!("#导出时间：[{}]\r\n", sandbox.clock.now().civil().strftime("%Y年%m月%d日 %H:%M:%S"));
    let details = format!(
        "{}#{RULE}业务明细列表{RULE}\r\n{HEADS}\r\n{rows}#{RULE}业务明细列表结束{RULE}\r\n\
         #交易合计：{}笔，商家实收共{}元，商家优惠共0.00元\r\n\
         #退款合计：{}笔，商家实收退款共{}元，商家优惠退款共0.00元\r\n{made}",
        head("明细"),
        sums.trades,
        yuan(sums.paid_fen),
        sums.refunds,
        yuan(-sums.back_fen),
    );
    let net_fen = sums.paid_fen - sums.back_fen;
    let summary = format!(
        "{}#{RULE}业务汇总列表{RULE}\r\n{SUM_HEADS}\r\n合计\t,\t,{},{},{net},{net},0.00,0.00,0.00,{},0.00,{}\r\n\
         #{RULE}业务汇总列表结束{RULE}\r\n{made}",
        head("汇总"),
        sums.trades,
        sums.refunds,
        yuan(-sums.fee_fen),
        yuan(net_fen - sums.fee_fen),
        net = yuan(net_fen),
    );
    let gbk = |text: &str| encoding_rs::GBK.encode(text).0.into_owned();
    let name = |kind: &str| gbk(&format!("{account}_{}_{kind}.csv", day.strftime("%Y%m%d")));
    zip::archive(&[(name("业务明细"), gbk(&details)), (name("业务明细(汇总)"), gbk(&summary))])
}

/// A row; numbers carry a tab so that spreadsheets leave them alone.
fn line(trade: &Trade, refund: Option<&Refund>, at: &str, sums: &mut Sums) -> String {
    let subject = trade.subject.replace([',', '\r', '\n'], " ");
    let (kind, amount_fen, request, fee, remark) = match refund {
        None => {
            let fee = fee_fen(trade.amount_fen);
            sums.trades += 1;
            sums.paid_fen += trade.amount_fen;
            sums.fee_fen += fee;
            ("交易", trade.amount_fen, "", -fee, String::new())
        }
        Some(refund) => {
            let fee = fee_fen(refund.amount_fen);
            sums.refunds += 1;
            sums.back_fen += refund.amount_fen;
            sums.fee_fen -= fee;
            ("退款", -refund.amount_fen, refund.no.as_str(), fee, refund.reason.replace([',', '\r', '\n'], " "))
        }
    };
    let (amount, created) = (yuan(amount_fen), civil(trade.created_at));
    let mut row = format!("{}\t,{}\t,{kind}\t,{subject}\t,{created},{at}", trade.trade_no, trade.out_trade_no);
    let _ = write!(row, ",\t,\t,\t,\t,*买家(199****0001)\t,{amount},{amount},0.00,0.00,0.00,0.00,0.00,,0.00\t,0.00");
    let _ = write!(row, ",{request}\t,{},0.00,{remark}\r\n", yuan(fee));
    row
}
