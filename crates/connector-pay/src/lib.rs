//! Payment providers over their real wire: Alipay's open platform and WeChat Pay v3. Signing, verifying, asking and
//! reading bills; what a payment is and what may become of it is not known here.
//!
//! Two rules hold everywhere. What comes from a provider is believed only after its signature holds under a pinned key,
//! over the bytes as they came. And what cannot be read completely is a failure, never a state: money is moved by what
//! was understood, not by what was likely.

mod alipay;
pub mod config;
mod field;
mod gateway;
pub mod rsa;
pub mod setup;
#[cfg(test)]
mod testing;
mod wechatpay;
mod zip;

pub use alipay::Alipay;
pub use config::{Config, Unusable};
pub use wechatpay::WeChatPay;
