//! What WeChat Pay seals in its callbacks: AES-256-GCM under the key that the shop and the provider share.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine as _, engine::general_purpose::STANDARD};

pub struct ApiKey(LessSafeKey);

impl ApiKey {
    /// The 32 bytes of the shop's APIv3 key.
    pub fn new(key: &[u8]) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM, key).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    pub fn open(&self, nonce: &str, associated: &str, ciphertext: &str) -> Option<Vec<u8>> {
        let nonce = Nonce::try_assume_unique_for_key(nonce.as_bytes()).ok()?;
        let mut sealed = STANDARD.decode(ciphertext).ok()?;
        let length = self.0.open_in_place(nonce, Aad::from(associated.as_bytes()), &mut sealed).ok()?.len();
        sealed.truncate(length);
        Some(sealed)
    }

    /// As the provider seals, for tests of what it sends.
    #[cfg(test)]
    pub fn seal(&self, nonce: &str, associated: &str, text: &str) -> String {
        let nonce = Nonce::try_assume_unique_for_key(nonce.as_bytes()).expect("12 bytes");
        let mut sealed = text.as_bytes().to_vec();
        self.0.seal_in_place_append_tag(nonce, Aad::from(associated.as_bytes()), &mut sealed).expect("sealed");
        STANDARD.encode(sealed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"0123456789abcdef0123456789abcdef";
    const CIPHERTEXT: &str = "J/fyS5E6+jyaFG50ELTvOitKsBKjaUrK/j2liIyZYjlpBOlfPTV0l2lhHi25SyWvA9TPs+W5zUPmnn8PFbklE5SY\
                              g+yZTwj7LfO9Ignky2JG20yJHbb285JV9yRVHXgT4RGSGT4dcCckfwFygXk6KNJJkfT7Vpk6+g3L2p/tbWDu3cgd\
                              ksJj";

    #[test]
    fn the_vector_opens_and_nothing_near_it_does() {
        let key = ApiKey::new(KEY).expect("a key");
        let open = |nonce: &str, associated: &str, text: &str| key.open(nonce, associated, text);
        let text = open("fdasfjihihds", "transaction", CIPHERTEXT).expect("opened");
        let json: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
        assert_eq!(json["amount"]["total"], 8_640);
        assert_eq!(open("fdasfjihihdt", "transaction", CIPHERTEXT), None);
        assert_eq!(open("fdasfjihihds", "refund", CIPHERTEXT), None);
        assert_eq!(open("fdasfjihihds", "transaction", &CIPHERTEXT.replacen('J', "K", 1)), None);
        assert_eq!(open("short", "transaction", CIPHERTEXT), None);
        assert_eq!(open("fdasfjihihds", "transaction", ""), None);
        assert!(ApiKey::new(b"short").is_none());
    }
}
