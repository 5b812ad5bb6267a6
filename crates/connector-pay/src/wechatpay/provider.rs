//! WeChat Pay as a provider among others.

use super::*;

impl Provider for WeChatPay {
    fn id(&self) -> &str {
        ID
    }

    fn name(&self) -> Text {
        Text::new("微信支付", "WeChat Pay")
    }

    fn open<'a>(&'a self, order: &'a Order) -> BoxFuture<'a, Result<Cashier, Failure>> {
        Box::pin(self.open(order))
    }

    fn query<'a>(&'a self, out_trade_no: &'a str) -> BoxFuture<'a, Result<Trade, Failure>> {
        Box::pin(self.query(out_trade_no))
    }

    fn close<'a>(&'a self, out_trade_no: &'a str) -> BoxFuture<'a, Result<Trade, Failure>> {
        Box::pin(self.close(out_trade_no))
    }

    fn refund<'a>(&'a self, order: &'a RefundOrder) -> BoxFuture<'a, Result<RefundState, Failure>> {
        Box::pin(self.refund(order))
    }

    fn query_refund<'a>(
        &'a self,
        out_trade_no: &'a str,
        refund_no: &'a str,
    ) -> BoxFuture<'a, Result<RefundState, Failure>> {
        Box::pin(self.query_refund(out_trade_no, refund_no))
    }

    fn bill(&self, day: Date) -> BoxFuture<'_, Result<Option<Vec<BillLine>>, Failure>> {
        Box::pin(self.bill(day))
    }

    fn verify(&self, callback: &Callback<'_>, now: Timestamp) -> Result<Notice, Forged> {
        let shop = notice::Shop { mchid: &self.mchid, appid: &self.appid, pinned: &self.pinned, key: &self.key };
        notice::read(callback, &shop, now)
    }

    /// The status counts; the body is for whoever reads the log over there.
    fn acknowledge(&self, ok: bool) -> Ack {
        if ok {
            Ack { status: 200, content_type: JSON, body: "{\"code\":\"SUCCESS\"}" }
        } else {
            Ack { status: 500, content_type: JSON, body: "{\"code\":\"FAIL\",\"message\":\"not accepted\"}" }
        }
    }

    fn cashier_origins(&self) -> Vec<String> {
        match self.gateway.url.scheme() {
            "https" => vec!["https://wx.tenpay.com".to_owned()],
            _ => vec![gateway::origin(&self.gateway.pages)],
        }
    }

    fn health(&self) -> ProviderHealth {
        self.gateway.health()
    }
}
