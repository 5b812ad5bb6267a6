//! The `[pay]` section of a service: every field that it names is there and holds what it must, and the money goes where
//! it may.

use super::offer;
use crate::{
    document::{Place, Problem, place},
    pay::{Late, Pay, Payee, Purpose},
    rule::Rules,
    service::{Capability, FieldKind, Match, Service, Subject},
};

/// Keys of the section whose fields hold money.
const MONEY: [&str; 5] = ["amount", "surcharge", "least", "balance", "withdrawable"];
/// Keys without which a row cannot be paid.
const OF_ROWS: [&str; 3] = ["id", "amount", "title"];
/// Keys that only a merchant can have: the treasury takes the whole and keeps no balances.
const MERCHANT_ONLY: [&str; 3] = ["least", "balance", "withdrawable"];

/// What is wrong with it; `rules` are absent if they have errors of their own.
#[must_use]
pub fn check(service: &Service, rules: Option<&Rules>) -> Vec<Problem> {
    let mut desk = Desk { service, problems: Vec::new() };
    match &service.pay {
        Some(pay) => desk.section(pay, rules),
        None if service.capability == Capability::Bill => {
            let what = format!("`{}` is a bill, and nothing says what is paid", service.id);
            desk.error(
                "missing-key",
                place!["capability"],
                what,
                "add a [pay] section, or write `capability = \"record\"`",
            );
        }
        None => {}
    }
    desk.problems
}

struct Desk<'a> {
    service: &'a Service,
    problems: Vec<Problem>,
}

impl Desk<'_> {
    fn error(&mut self, code: &'static str, at: Place, what: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem::error(code, at, what, fix));
    }

    fn section(&mut self, pay: &Pay, rules: Option<&Rules>) {
        let at = place!["pay"];
        let fields = pay.fields();
        for (key, field) in &fields {
            let wanted: &[FieldKind] = match *key {
                key if MONEY.contains(&key) => &[FieldKind::Money],
                "title" => &[],
                "period" => {
                    &[FieldKind::Text, FieldKind::Month, FieldKind::Date, FieldKind::DateTime, FieldKind::Number]
                }
                _ => &[FieldKind::Text, FieldKind::Number],
            };
            self.field(field, at.at(*key), wanted);
        }
        self.purpose(pay, &fields, &at);
        self.payee(pay, &fields, &at);
        if let Some(when) = &pay.when {
            self.rows(when, &at.at("when"));
        }
        if let Some(accept) = &pay.accept {
            self.rows(accept, &at.at("accept"));
            self.apart(pay.when.as_ref(), accept, &at.at("accept"));
        }
        if let Some(late) = &pay.late {
            self.late(late, rules, &at.at("late"));
        }
    }

    /// The field is there, comes from the department, and is of a kind that fits. No kinds: every kind does.
    fn field(&mut self, key: &str, at: Place, kinds: &[FieldKind]) {
        let fields = self.service.fields();
        let Some(field) = fields.iter().find(|field| field.key == key) else {
            let what = format!("the payment names the field `{key}`, which is not there");
            let known: Vec<&str> = fields.iter().map(|field| field.key.as_str()).collect();
            return self.error("unknown-field", at, what, offer(key, known));
        };
        if !kinds.is_empty() && !kinds.contains(&field.kind) {
            let what = format!("`{key}` cannot be used here, because it is of the kind {:?}", field.kind);
            return self.error("wrong-kind", at, what, format!("name a field of the kind {kinds:?}"));
        }
        if field.derive.is_some() {
            let what = format!("`{key}` is computed, and money goes by what the department says");
            self.error("derived-field", at, what, "name a field that the department fills");
        }
    }

    fn purpose(&mut self, pay: &Pay, fields: &[(&str, &str)], at: &Place) {
        let word = pay.purpose.word();
        let has = |key: &str| fields.iter().any(|(known, _)| *known == key);
        let needed: &[&str] = if pay.purpose == Purpose::TopUp { &["balance"] } else { &OF_ROWS };
        for key in needed.iter().filter(|key| !has(key)) {
            let what = format!("a {word} needs `{key}`");
            self.error("missing-key", at.clone(), what, format!("add `{key} = \"…\"` with the key of a field"));
        }
        // A department that leaves them out gave half an answer, and half a bill must not be paid.
        for (key, field) in fields.iter().filter(|(key, _)| matches!(*key, "id" | "amount" | "balance")) {
            let known = self.service.fields().iter().position(|one| one.key == *field && !one.required);
            if let Some(i) = known {
                let what = format!("`{field}` may be missing, and nothing can be paid without it");
                let place = place!["answer", "fields", i, "key"];
                self.error("optional-field", place, what, format!("add `required = true`: it is the `{key}` of [pay]"));
            }
        }
        if pay.purpose == Purpose::TopUp {
            for (key, _) in fields.iter().filter(|(key, _)| !matches!(*key, "balance" | "withdrawable")) {
                let what = format!("a top-up pays no row, and has no `{key}`");
                self.error("misplaced-key", at.at(*key), what, "remove it");
            }
            for (key, there) in
                [("when", pay.when.is_some()), ("accept", pay.accept.is_some()), ("late", pay.late.is_some())]
            {
                if there {
                    let what = format!("a top-up pays no row, and has no `{key}`");
                    self.error("misplaced-key", at.at(key), what, "remove it");
                }
            }
        } else if pay.when.is_none() {
            let what = "every row could be paid, the paid ones too";
            self.error("missing-key", at.clone(), what, "add `when = { field = \"…\", equals = [\"…\"] }`");
        }
        let of_bills = matches!(pay.purpose, Purpose::Bill | Purpose::TopUp);
        if of_bills != (self.service.capability == Capability::Bill) {
            let fits = if of_bills { "bill" } else { "record" };
            let what = format!("a {word} is no matter of this capability");
            self.error("wrong-capability", place!["capability"], what, format!("write `capability = \"{fits}\"`"));
        }
        if pay.purpose == Purpose::TopUp && self.service.subject != Subject::Customer {
            let what = "only a customer's account has a balance";
            self.error("wrong-subject", place!["subject"], what, "write `subject = \"customer\"`");
        }
        if pay.accept.is_some() && pay.purpose != Purpose::Fine {
            self.error("misplaced-key", at.at("accept"), format!("a {word} needs no decision"), "remove it");
        }
        if pay.purpose == Purpose::Fine && pay.decision.is_none() {
            let what = "a record without a decision is no penalty, and nothing tells them apart";
            self.error(
                "missing-key",
                at.clone(),
                what,
                "add `decision = \"…\"` with the field of the decision's number",
            );
        }
    }

    fn payee(&mut self, pay: &Pay, fields: &[(&str, &str)], at: &Place) {
        match (pay.payee, &pay.item) {
            (Payee::Treasury, None) => {
                let what = "the treasury books by budget item, and none is named";
                self.error("missing-key", at.at("payee"), what, "add `item = \"…\"` with the digits of the item");
            }
            (Payee::Treasury, Some(item)) if !is_item(item) => {
                let what = format!("`{item}` is no budget item");
                self.error("bad-item", at.at("item"), what, "3 to 12 digits, for example 103050101");
            }
            (Payee::Merchant, Some(_)) => {
                let what = "a merchant has no budget item";
                self.error("misplaced-key", at.at("item"), what, "remove it, or write `payee = \"treasury\"`");
            }
            _ => {}
        }
        if pay.payee == Payee::Treasury {
            for (key, _) in fields.iter().filter(|(key, _)| MERCHANT_ONLY.contains(key)) {
                let what = format!("the treasury knows no `{key}`: it takes the whole, and keeps no balances");
                self.error("merchant-only", at.at(*key), what, "remove it");
            }
            if pay.purpose == Purpose::TopUp {
                let what = "nobody tops up the treasury";
                self.error("merchant-only", at.at("purpose"), what, "write `payee = \"merchant\"`");
            }
        } else if pay.purpose == Purpose::Fine {
            let what = "a fine is never a merchant's money";
            self.error("treasury-only", at.at("payee"), what, "write `payee = \"treasury\"` and its `item`");
        }
    }

    fn rows(&mut self, rows: &Match, at: &Place) {
        self.field(&rows.field, at.at("field"), &[]);
        let Some(field) = self.service.fields().iter().find(|field| field.key == rows.field) else { return };
        let values: Vec<&str> = field.choices.iter().map(|choice| choice.value.as_str()).collect();
        for (i, value) in rows.equals.iter().enumerate() {
            if !values.is_empty() && !values.contains(&value.as_str()) {
                let what = format!("`{}` is never `{value}`", rows.field);
                self.error("unknown-choice", at.at("equals").at(i), what, offer(value, values.iter().copied()));
            }
        }
    }

    /// A row is either to be accepted or to be paid.
    fn apart(&mut self, when: Option<&Match>, accept: &Match, at: &Place) {
        let Some(when) = when.filter(|when| when.field == accept.field) else { return };
        for (i, value) in accept.equals.iter().enumerate().filter(|(_, value)| when.equals.contains(value)) {
            let what = format!("`{value}` can be paid already, and need not be accepted");
            self.error("ambiguous-rows", at.at("equals").at(i), what, "name it in `when` or in `accept`");
        }
    }

    fn late(&mut self, late: &Late, rules: Option<&Rules>, at: &Place) {
        const DAYS: &[FieldKind] = &[FieldKind::Date, FieldKind::DateTime];
        self.field(&late.from, at.at("from"), DAYS);
        for (key, field) in [("paused_from", &late.paused_from), ("paused_to", &late.paused_to)] {
            if let Some(field) = field {
                self.field(field, at.at(key), DAYS);
            }
        }
        if late.paused_from.is_some() != late.paused_to.is_some() {
            let what = "a pause has a first and a last day";
            self.error("missing-key", at.clone(), what, "name both `paused_from` and `paused_to`, or neither");
        }
        let names = rules.map(Rules::late_fee_names);
        if let Some(names) = names.filter(|names| !names.contains(&late.rule.as_str())) {
            let what = format!("no late-fees.toml knows `{}`", late.rule);
            self.error("unknown-late-fee", at.at("rule"), what, offer(&late.rule, names));
        }
    }
}

fn is_item(item: &str) -> bool {
    (3..=12).contains(&item.len()) && item.bytes().all(|b| b.is_ascii_digit())
}
