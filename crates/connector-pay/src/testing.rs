//! Keys for tests: making one takes long enough to make it once.

use std::sync::LazyLock;

use crate::rsa::{GatewayKey, MerchantKey};

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
