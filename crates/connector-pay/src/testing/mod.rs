//! What tests need on the provider's side: its keys, and a door at which it answers. Making a key takes long enough to
//! make it once.

pub mod door;

use std::sync::LazyLock;

use connector::pay::{Device, Order, RefundOrder};
use kernel::{Money, Pii, Timestamp};

use crate::rsa::{GatewayKey, MerchantKey};

/// 2026-03-02 10:00:00.
pub const NOW: Timestamp = Timestamp(1_772_416_800_000);

pub fn order(device: Device) -> Order {
    Order {
        out_trade_no: "o1".into(),
        amount: Money::from_fen(8_640),
        subject: "水费 2026-02".into(),
        expires_at: NOW.plus_s(900),
        notify_url: "https://city.example/notify/x/y".into(),
        return_url: "https://city.example/p/1?a=b".into(),
        device,
        payer_ip: Pii::new("203.0.113.7".into()),
    }
}

pub fn refund() -> RefundOrder {
    RefundOrder {
        out_trade_no: "o1".into(),
        refund_no: "r1".into(),
        amount: Money::from_fen(1_000),
        total: Money::from_fen(8_640),
        reason: "退一部分".into(),
        notify_url: "https://city.example/notify/x/y".into(),
    }
}

static MERCHANT: LazyLock<MerchantKey> = LazyLock::new(|| MerchantKey::generate().expect("a key"));
static PROVIDER: LazyLock<MerchantKey> = LazyLock::new(|| MerchantKey::generate().expect("a key"));
static STRANGER: LazyLock<MerchantKey> = LazyLock::new(|| MerchantKey::generate().expect("a key"));

/// Our own key.
pub fn merchant() -> &'static MerchantKey {
    &MERCHANT
}

/// The provider's private key, which only the provider has.
pub fn provider() -> &'static MerchantKey {
    &PROVIDER
}

/// A key that nobody pinned.
pub fn stranger() -> &'static MerchantKey {
    &STRANGER
}

/// The provider's public key, as it is pinned.
pub fn provider_public() -> GatewayKey {
    GatewayKey::read(&PROVIDER.public_pem().expect("text")).expect("a key")
}
