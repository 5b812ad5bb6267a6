use std::collections::BTreeMap;

use kernel::{SeededRng, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::merkle::Place;

fn signer() -> Signer {
    Signer::from_seed("receipts.example/city", &[7; 32]).expect("a name")
}

fn body(n: u64) -> Body {
    let line = |title: &str, amount, surcharge| Line {
        title: title.to_owned(),
        amount_fen: Money::from_fen(amount),
        surcharge_fen: Money::from_fen(surcharge),
    };
    let draft = Draft {
        receipt_no: format!("990100202603020000{n:04}"),
        payment: Id([n as u8; 16]),
        city: Text::new("某市", "A city"),
        service: Text::new("电费", "Power bills"),
        biller: Text::new("“某”供电公司", "A power company"),
        payee: "merchant:a-utility".to_owned(),
        customer: "******0001".to_owned(),
        lines: vec![line("2026-01", 4_424, 104), line("2026-02", 4_320, 0)],
        provider: "alipay".to_owned(),
        paid_at: Timestamp(1_772_416_800_000).rfc3339(),
        posted_at: Timestamp(1_772_416_805_000).rfc3339(),
        biller_ref: "B/1".to_owned(),
    };
    draft.complete(&SeededRng::new(n))
}

/// The file of the `index`-th of `count` receipts.
fn file(index: u64, count: u64) -> File {
    let mut nodes: BTreeMap<Place, Hash> = BTreeMap::new();
    for n in 0..count {
        let leaf = leaf(&body(n).bytes()).expect("a body");
        let new = merkle::append(n, leaf, |place| nodes.get(&place).copied()).expect("kept");
        nodes.extend(new.into_iter().map(|node| (node.place, node.hash)));
    }
    let read = |place: Place| nodes.get(&place).copied();
    let path = merkle::inclusion(index, count, read).expect("kept");
    let root = merkle::root(count, read).expect("kept");
    File::sign(&signer(), body(index).bytes(), index, count, path, &root)
}

fn verified(text: &str, key: &PublicKey) -> Result<Body, Wrong> {
    verify(&File::read(text)?, key)
}

#[test]
fn a_receipt_is_verified_with_nothing_but_its_file_and_the_key() {
    let key = PublicKey::parse(&signer().public().to_string()).expect("a key");
    for count in 1..12 {
        for index in 0..count {
            let text = file(index, count).write();
            let said = verified(&text, &key).expect("genuine");
            assert_eq!(said, body(index));
            assert_eq!(said.amount_capitals, "捌拾柒元肆角肆分");
            assert_eq!(said.surcharge_fen, Money::from_fen(104));
            assert_eq!(verified(text.trim_end(), &key), Ok(said), "pasted");
        }
    }
}

#[test]
fn the_same_receipt_makes_the_same_file() {
    assert_eq!(file(3, 9).write(), file(3, 9).write());
    assert_ne!(body(1).bytes(), body(2).bytes());
}

#[test]
fn two_equal_payments_have_different_leaves() {
    let equal = |seed| {
        let body = body(1);
        let draft = Draft {
            receipt_no: body.receipt_no,
            payment: body.payment,
            city: body.city,
            service: body.service,
            biller: body.biller,
            payee: body.payee,
            customer: body.customer,
            lines: body.lines,
            provider: body.provider,
            paid_at: body.paid_at,
            posted_at: body.posted_at,
            biller_ref: body.biller_ref,
        };
        leaf(&draft.complete(&SeededRng::new(seed)).bytes()).expect("a leaf")
    };
    assert_ne!(equal(1), equal(2), "the log does not tell who pays the same every month");
}

#[test]
fn a_leaf_commits_to_every_byte_and_to_the_salt() {
    let one = body(1);
    let other = Body { biller_ref: "B/2".to_owned(), ..body(1) };
    assert_eq!(one.salt, other.salt);
    assert_ne!(leaf(&one.bytes()), leaf(&other.bytes()));
    // SHA-256(0x00 || SHA-256(salt || body)), written out.
    let digest = |parts: &[&[u8]]| {
        let joined = parts.concat();
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &joined).as_ref().to_vec()
    };
    let salt = STANDARD.decode(&one.salt).expect("base64");
    let commitment = digest(&[&salt, &one.bytes()]);
    assert_eq!(leaf(&one.bytes()).expect("a leaf").to_vec(), digest(&[&[0], &commitment]));
}

#[test]
fn what_the_key_has_signed_is_not_therefore_a_receipt() {
    let genuine = file(0, 1);
    let bare = File { signature: signer().sign(&genuine.body).to_vec(), ..genuine };
    assert_eq!(verify(&bare, signer().public()), Err(Wrong::Signature));
}

#[test]
fn another_key_another_log_and_another_receipts_proof_are_refused() {
    let genuine = file(3, 9);
    let other = Signer::from_seed("receipts.example/city", &[8; 32]).expect("a name");
    assert_eq!(verify(&genuine, other.public()), Err(Wrong::Signature));
    let renamed = Signer::from_seed("receipts.example/other", &[7; 32]).expect("a name");
    assert_eq!(verify(&genuine, renamed.public()), Err(Wrong::Key));
    let neighbour = file(4, 9);
    let swapped = File { body: neighbour.body.clone(), signature: neighbour.signature.clone(), ..genuine.clone() };
    assert_eq!(verify(&swapped, signer().public()), Err(Wrong::Inclusion));
    let aged = File { checkpoint: file(3, 8).checkpoint, ..genuine.clone() };
    assert_eq!(verify(&aged, signer().public()), Err(Wrong::Inclusion));
    let crossed = File { signature: neighbour.signature, ..genuine };
    assert_eq!(verify(&crossed, signer().public()), Err(Wrong::Signature));
}

#[test]
fn a_signed_receipt_that_does_not_add_up_is_refused() {
    for bend in [
        |body: &mut Body| body.amount_fen = Money::from_fen(1),
        |body: &mut Body| body.amount_capitals = "壹分".to_owned(),
        |body: &mut Body| body.surcharge_fen = Money::ZERO,
        |body: &mut Body| body.lines.clear(),
    ] {
        let mut bent = body(0);
        bend(&mut bent);
        let leaf = leaf(&bent.bytes()).expect("a leaf");
        let file = File::sign(&signer(), bent.bytes(), 0, 1, Vec::new(), &leaf);
        assert_eq!(verify(&file, signer().public()), Err(Wrong::Sum));
    }
}

#[test]
fn a_body_has_one_form() {
    let bytes = body(0).bytes();
    assert_eq!(Body::read(&bytes), Ok(body(0)));
    let text = String::from_utf8(bytes).expect("text");
    let salt = body(0).salt;
    for other in [
        text.replacen(':', ": ", 1),
        text.replacen('{', "{\"more\":1,", 1),
        text.replace("A city", "\\u0041 city"),
        text.replace(&salt, ""),
        text.replace(&salt, "AAAA"),
        format!("{text} "),
        String::new(),
    ] {
        assert_ne!(other, text);
        assert_eq!(Body::read(other.as_bytes()), Err(Wrong::Form), "{other}");
    }
}

#[test]
fn no_byte_of_a_file_can_be_another() {
    // Every byte of one file, each bent in every bit: a file has one form, and everything in it is bound to the key.
    let key = signer().public().clone();
    let text = file(3, 9).write();
    let bytes = text.as_bytes();
    for at in 0..bytes.len() - 1 {
        for bit in 0..8 {
            let mut bent = bytes.to_vec();
            bent[at] ^= 1 << bit;
            let Ok(bent) = String::from_utf8(bent) else { continue };
            assert!(verified(&bent, &key).is_err(), "byte {at}, bit {bit}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_file_that_was_tampered_with_is_refused(
        index in 0u64..9,
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0u8..3, any::<char>()), 1..6),
    ) {
        let text = file(index, 9).write();
        let mut chars: Vec<char> = text.trim_end().chars().collect();
        for (at, how, with) in edits {
            let at = at.index(chars.len());
            match how {
                0 => chars[at] = with,
                1 => drop(chars.remove(at)),
                _ => chars.insert(at, with),
            }
        }
        let bent: String = chars.into_iter().collect();
        prop_assume!(bent.trim_end_matches('\n') != text.trim_end());
        prop_assert!(verified(&bent, signer().public()).is_err());
    }

    #[test]
    fn a_part_that_was_tampered_with_is_refused(
        index in 0u64..9, part in 0u8..6, at: prop::sample::Index, bit in 0u8..8, other in 0u64..20,
    ) {
        let genuine = file(index, 9);
        let mut bent = genuine.clone();
        let flip = |bytes: &mut [u8]| bytes[at.index(bytes.len())] ^= 1 << bit;
        match part {
            0 => flip(&mut bent.body),
            1 => flip(&mut bent.signature),
            2 => bent.index = other,
            3 => bent.size = other,
            4 => {
                let last = at.index(bent.path.len());
                flip(&mut bent.path[last]);
            }
            _ => {
                let mut bytes = bent.checkpoint.clone().into_bytes();
                flip(&mut bytes);
                let Ok(checkpoint) = String::from_utf8(bytes) else { return Ok(()) };
                bent.checkpoint = checkpoint;
            }
        }
        prop_assume!(bent != genuine);
        prop_assert!(verify(&bent, signer().public()).is_err());
    }

    #[test]
    fn no_text_makes_a_verifier_panic(text in ".*") {
        prop_assert!(verified(&text, signer().public()).is_err());
        prop_assert!(signer().public().open(&text).is_err());
        prop_assert!(PublicKey::parse(&text).is_none() || text.contains('+'));
    }
}
