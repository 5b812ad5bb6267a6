//! `shimin receipt verify`: whether a receipt's file is genuine, with the city's public key and nothing else. No network,
//! no configuration, no data: whoever has the file and the key can do it, also years later and without us.

use std::{io::Read as _, path::PathBuf};

use clap::Subcommand;
use ledger::{
    note::{PublicKey, Wrong},
    receipt::{self, Body, File},
};
use serde_json::json;

use crate::{
    output::{self, Ending, Trouble},
    terminal,
};

#[derive(Subcommand)]
pub enum Command {
    /// Whether a receipt file is genuine and unchanged; works offline. Ends with 0 if it is, with 1 if it is not
    Verify {
        /// The file as downloaded; - reads standard input
        file: PathBuf,
        /// The city's public key, name+hash+key, from its page “receipt-key”
        #[arg(long)]
        key: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// More than any receipt.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

pub fn run(command: Command) -> Result<Ending, Trouble> {
    let Command::Verify { file, key, json } = command;
    let key = PublicKey::parse(key.trim()).ok_or_else(|| {
        Trouble::new(Ending::Usage, "--key: not a public key; copy it whole from the city's page, as name+hash+key")
    })?;
    let text = read(&file)?;
    let result = File::read(text.trim()).and_then(|file| receipt::verify(&file, &key));
    if json {
        match &result {
            Ok(body) => output::json(&json!({ "genuine": true, "receipt": body }))?,
            Err(wrong) => output::json(&json!({ "genuine": false, "wrong": part(*wrong), "says": wrong.to_string() }))?,
        }
    } else {
        match &result {
            Ok(body) => output::data(format_args!("genuine\n{}", told(body).trim_end())),
            Err(wrong) => output::data(format_args!("NOT genuine ({}): {wrong}", part(*wrong))),
        }
    }
    Ok(if result.is_ok() { Ending::Well } else { Ending::Failed })
}

fn read(file: &PathBuf) -> Result<String, Trouble> {
    let failed = |cause: std::io::Error| Trouble::failed(format_args!("{}: {cause}", file.display()));
    let mut text = String::new();
    let source: Box<dyn std::io::Read> = if file.as_os_str() == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).map_err(failed)?)
    };
    source.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// Which part does not hold, as a word for scripts.
const fn part(wrong: Wrong) -> &'static str {
    match wrong {
        Wrong::Form => "form",
        Wrong::Key => "key",
        Wrong::Signature => "signature",
        Wrong::Inclusion => "inclusion",
        Wrong::Sum => "sum",
    }
}

fn told(body: &Body) -> String {
    let row = |label: &str, value: &str| vec![label.to_owned(), value.to_owned()];
    let mut rows = vec![
        row("number", &body.receipt_no),
        row("city", &body.city.zh_cn),
        row("for", &body.service.zh_cn),
        row("paid to", &body.biller.zh_cn),
        row("customer", &body.customer),
    ];
    rows.extend(body.lines.iter().map(|line| row(&line.title, &line.amount_fen.yuan())));
    rows.extend([
        row("amount", &format!("{} {}", body.amount_fen.yuan(), body.amount_capitals)),
        row("paid", &body.paid_at),
        row("booked", &body.posted_at),
    ]);
    terminal::table(&rows)
}

#[cfg(test)]
mod tests {
    use kernel::{Id, Money, SeededRng, Text};
    use ledger::{merkle, note::Signer, receipt::Draft};

    use super::*;

    fn issued(signer: &Signer) -> String {
        let body = Draft {
            receipt_no: "9901002026030200000001".to_owned(),
            payment: Id([7; 16]),
            city: Text::new("湖滨市", "Lakeside"),
            service: Text::new("骑车罚单", "Bicycle fine"),
            biller: Text::new("骑行管理处", "Cycling Office"),
            payee: "treasury:990100:103050101".to_owned(),
            customer: "晋A00000".to_owned(),
            lines: vec![receipt::Line {
                title: "违反禁令标志指示".to_owned(),
                amount_fen: Money::from_fen(10_000),
                surcharge_fen: Money::ZERO,
            }],
            provider: "alipay".to_owned(),
            paid_at: "2026-03-02T10:00:00+08:00".to_owned(),
            posted_at: "2026-03-02T10:00:05+08:00".to_owned(),
            biller_ref: "FK1".to_owned(),
        }
        .complete(&SeededRng::new(1))
        .bytes();
        let leaf = receipt::leaf(&body).expect("a leaf");
        let root: merkle::Hash = leaf;
        File::sign(signer, body, 0, 1, Vec::new(), &root).write()
    }

    fn verify(text: &str, key: &str, name: &str) -> Result<Ending, Trouble> {
        let file = std::env::temp_dir().join(format!("shimin-receipt-{}-{name}.json", std::process::id()));
        std::fs::write(&file, text).expect("written");
        let ended = run(Command::Verify { file: file.clone(), key: key.to_owned(), json: true });
        std::fs::remove_file(file).expect("removed");
        ended
    }

    #[test]
    fn a_genuine_receipt_ends_well_and_no_other_does() {
        let signer = Signer::from_seed("receipts.shimin/lakeside", &[1; 32]).expect("a key");
        let other = Signer::from_seed("receipts.shimin/lakeside", &[2; 32]).expect("a key");
        let (text, key) = (issued(&signer), signer.public().to_string());
        assert_eq!(verify(&text, &key, "genuine").expect("read"), Ending::Well);
        assert_eq!(verify(&text, &other.public().to_string(), "key").expect("read"), Ending::Failed);
        let altered = text.replace("10000", "90000");
        assert_ne!(altered, text);
        assert_eq!(verify(&altered, &key, "altered").expect("read"), Ending::Failed);
        assert_eq!(verify("{}", &key, "form").expect("read"), Ending::Failed);
        assert_eq!(verify(&text, "no key", "usage").expect_err("not a key").ending, Ending::Usage);
    }

    #[test]
    fn a_file_that_is_not_there_is_said_by_name() {
        let signer = Signer::from_seed("receipts.shimin/lakeside", &[1; 32]).expect("a key");
        let gone = Command::Verify { file: "/nowhere/r.json".into(), key: signer.public().to_string(), json: false };
        assert!(run(gone).expect_err("nothing to read").says.starts_with("/nowhere/r.json"));
    }
}
