//! `record`: ask a department for *my* record.
//!
//! From a department's normalised rows to the answer that is shown: whether it is whole, what is computed from it, in
//! which order it stands, and what its headline counts. Asking, keeping and freshness are `engine`'s work.

pub mod cycle;
pub mod exam;

use std::cmp::Reverse;

use kernel::{Date, Money};
use manifest::{
    Rules, Service, Value,
    binding::Row,
    service::{Derivation, Field, FieldKind, Tone},
};

/// Days before a due date from which it is called soon: the first rung of the reminder ladder.
const SOON_DAYS: i32 = 90;
/// From so many points left on, the licence is in danger: one more red light takes six.
const POINTS_LEFT_WARN: i64 = 3;

/// The first required field that a row lacks: the department gave half an answer.
#[must_use]
pub fn missing_field<'a>(service: &'a Service, rows: &[Row]) -> Option<&'a str> {
    let required = service.fields().iter().filter(|field| field.required && field.derive.is_none());
    required.map(|field| field.key.as_str()).find(|key| rows.iter().any(|row| is_empty(row.get(*key))))
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        None => true,
        Some(Value::Text(text)) => text.trim().is_empty(),
        Some(Value::Number(_)) => false,
    }
}

/// Fills in the computed fields and puts the newest row first. `place` is the city's area code.
///
/// A computed field that cannot be computed is left out, also if the department sent something under its name.
pub fn derive(service: &Service, rows: &mut [Row], rules: &Rules, place: &str, today: Date) {
    let derived: Vec<&Field> = service.fields().iter().filter(|field| field.derive.is_some()).collect();
    for row in rows.iter_mut() {
        for field in &derived {
            row.remove(&field.key);
        }
        // A computed field may stand on another one; two passes let the file name them in any order.
        for field in derived.iter().chain(&derived) {
            let Some(derive) = &field.derive else { continue };
            if row.contains_key(&field.key) {
                continue;
            }
            if let Some(value) = compute(derive.with, &derive.from, row, rules, place, today) {
                row.insert(field.key.clone(), value);
            }
        }
    }
    let dated = |field: &&Field| matches!(field.kind, FieldKind::Date | FieldKind::DateTime) && field.derive.is_none();
    if let Some(field) = service.fields().iter().find(dated) {
        rows.sort_by_cached_key(|row| Reverse(row.get(&field.key).map(Value::text)));
    }
}

fn compute(with: Derivation, from: &[String], row: &Row, rules: &Rules, place: &str, today: Date) -> Option<Value> {
    let text = |at: usize| row.get(from.get(at)?).map(Value::text);
    let number = |at: usize| row.get(from.get(at)?).and_then(Value::number);
    let date = |at: usize| text(at).and_then(|text| day(&text));
    let exam = || {
        let rule = |on| rules.exam_on(on);
        exam::due_on(rule, date(0)?, date(1)?, &text(2)?, date(3), today)
    };
    Some(match with {
        Derivation::CycleStart => Value::Text(cycle::holding(date(0)?, today).start_on.to_string()),
        Derivation::CycleEnd => Value::Text(cycle::holding(date(0)?, today).end_on.to_string()),
        Derivation::PointsLeft => Value::Number((rules.points_on(today)?.full - number(0)?).max(0)),
        Derivation::RulePoints => Value::Number(rules.points_on(date(1)?)?.by_code.get(&text(0)?)?.points),
        Derivation::RuleFine => {
            let (from, to, _) = rules.fine_on(date(1)?, place, &text(0)?)?;
            Value::Text(range(from, to))
        }
        Derivation::ExamDue => Value::Text(exam()??.to_string()),
        Derivation::ExamState => Value::Text(
            match exam()? {
                None => "not-needed",
                Some(due_on) if due_on < today => "overdue",
                Some(due_on) if cycle::days_between(today, due_on) <= SOON_DAYS => "soon",
                Some(_) => "ok",
            }
            .to_owned(),
        ),
        Derivation::TariffCost => {
            let (tariff, _) = rules.tariff_on(date(1)?, place, &text(2)?)?;
            Value::Number(crate::bill::cost(tariff, u32::try_from(number(0)?).ok()?).total.fen())
        }
        Derivation::DaysLeft => Value::Number(cycle::days_between(today, date(0)?).into()),
    })
}

/// The day of a date or of a date and time.
fn day(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

/// `¥20–200`, `¥50`; fen only where there are any.
fn range(from: Money, to: Money) -> String {
    let yuan = |money: Money| {
        let text = money.yuan();
        text.strip_suffix(".00").map_or(text.clone(), str::to_owned)
    };
    if from == to { format!("¥{}", yuan(from)) } else { format!("¥{}–{}", yuan(from), yuan(to)) }
}

/// How many rows the headline counts.
#[must_use]
pub fn open_count(service: &Service, rows: &[Row]) -> usize {
    let Some(open) = service.answer.as_ref().and_then(|answer| answer.open_when.as_ref()) else { return rows.len() };
    let is_open = |row: &&Row| row.get(&open.field).is_some_and(|value| open.equals.contains(&value.text()));
    rows.iter().filter(is_open).count()
}

/// One figure for the home page. The value is the normalised one; a page puts it into words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    pub value: Option<String>,
    pub tone: Tone,
}

/// The figure of one or several answers to the same service: open rows are added up, a field is that of the first row.
#[must_use]
pub fn figure(service: &Service, answers: &[&[Row]]) -> Figure {
    let Some(key) = service.answer.as_ref().and_then(|answer| answer.home.field.as_ref()) else {
        let open: usize = answers.iter().map(|rows| open_count(service, rows)).sum();
        return Figure { value: Some(open.to_string()), tone: if open == 0 { Tone::Ok } else { Tone::Warn } };
    };
    let mut values = answers.iter().flat_map(|rows| rows.iter()).filter_map(|row| row.get(key));
    let field = service.fields().iter().find(|field| field.key == *key);
    if field.is_some_and(|field| field.kind == FieldKind::Money) {
        // Money on several accounts is one sum.
        let sum = values.filter_map(Value::number).map(Money::from_fen).try_fold(Money::ZERO, Money::checked_add);
        return Figure { value: sum.map(Money::yuan), tone: Tone::Plain };
    }
    let value = values.next();
    let tone = field.zip(value).map_or(Tone::Plain, |(field, value)| tone(field, value));
    Figure { value: value.map(Value::text), tone }
}

fn tone(field: &Field, value: &Value) -> Tone {
    let left = field.derive.as_ref().is_some_and(|derive| derive.with == Derivation::PointsLeft);
    match value.number() {
        Some(0) if left => Tone::Bad,
        Some(number) if left && number <= POINTS_LEFT_WARN => Tone::Warn,
        Some(_) if left => Tone::Ok,
        _ => {
            let text = value.text();
            field.choices.iter().find(|choice| choice.value == text).map_or(Tone::Plain, |choice| choice.tone)
        }
    }
}

#[cfg(test)]
mod tests;
