//! What departments are told of bookings. Five wires from one table: the words are each department's own, the meaning is
//! the same. All by POST, JSON, money in yuan as text, times as `2026-11-25 08:00:00`.
//!
//! Every answer says `code`/`msg` and repeats the number of the booking and the idempotency key. `0000` done; `2003` the
//! key was used for something else, `3001` the unit was taken at the counter, `3002` this person is not wanted, `3003` no
//! such booking, `3004` it was cancelled, `3005` they have arrived already, `3006` the number belongs to another booking.
//! A number that comes again with the same booking is an update: what was paid may change.
//!
//! The clinic's names are those of `alipay.eco.medicalcare.hos.regnotify` (see `docs/sandbox.md`): one path for booking
//! and cancelling, told apart by `biz_type`. What that model has no name for travels in its `extend_params`.
//!
//! | path | asks | answers |
//! |---|---|---|
//! | `/clinic/regnotify` | `biz_type` REG_SUCCESS/REG_CANCEL, `operate` CREATE_UPDATE/DELETE, `third_no`, `hos_info` `dept_info` `doctor_info` {`code`, `name`}, `treat_date`, `treat_date_ext` text of {"range": "08:00-08:30"}, `line_no`, `patient_name`, `patient_card_type` 01, `patient_card_no`, `notify_time`, `cancel_reason` (REG_CANCEL), `cancel_desc`, `extend_params` text of {`request_no`, `total_amount`, `refund_amount`, `trade_no`, `phone`} | `third_no`, `request_no`, `reg_status` SUCCESS/FAIL, `visit_no` |
//! | `/clinic/checkin` | `third_no`, `extend_params` {`request_no`} | the same |
//! | `/police-hall/{book,cancel,arrive}` | `lsh` key, `yyh` number, `dtbm` hall, `ckz` window group, `ckh` window, `sxbm` matter, `yysj` when, `hh` number of the window's list, `xm`, `sfzmhm`; `yy` why | `lsh`, `yyh`, `jg` 已受理/拒绝, `slh` |
//! | `/marriage-registry/{book,cancel,arrive}` | `lsh`, `yyh`, `djjg` registry, `djlx` matter, `yysj`, `hh`, `dsrxm` and `dsrsfz` of both, joined by `,`; `yy` | `lsh`, `yyh`, `jg`, `djh` |
//! | `/{clinic,police-hall,marriage-registry,attraction,carrier}/list` | `rq` day (`2026-11-25`) | `rq`, `total`, `list` of whoever comes: number, time, what was paid and the department's own number, in its own words; `0001` without any |
//! | `/marriage-registry/status` | `xm`, `sfzmhm` | `sfzmhm`, `hyzk` 未婚/已婚/离异/丧偶, `hjqh` area code of the household; `0002` no such person, or another name |
//! | `/attraction/{book,cancel,arrive}` | `requestId`, `orderNo`, `spotId`, `ticketType`, `visitTime`, `names`, `idNos`, `types` joined by `,`, `amount`; `refund`, `reason` | `requestId`, `orderNo`, `result` ACCEPTED/REJECTED, `ticketNo` |
//! | `/carrier/{book,cancel,arrive}` | `lsh`, `ddh` order, `cz` station, `bc` trip, `fcsj` leaves at, `zwh` seats joined by `,`, `qd`/`zd` from/to, `ckxm`, `cksfz`, `pz` kinds, `pj` fare; `tkje` refund, `yy` | `lsh`, `ddh`, `jg`, `cph` |

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    response::Response,
    routing::post,
};
use jiff::civil::DateTime;
use kernel::identifier::PersonName;
use serde::Deserialize;
use serde_json::Value;

use super::{
    FOUND, NOTHING, UNKNOWN,
    biller::{fen, key},
    head, tidy,
};
use crate::{
    Sandbox,
    booking::{Booked, BookedState, Message, No, What},
    department::Department,
    reply::{Reply, Whose, answer},
};

/// The words of one department: JSON Pointers into the question, and names of the answer.
struct Wire {
    department: Department,
    key: &'static str,
    number: &'static str,
    place: &'static str,
    section: &'static str,
    resource: &'static str,
    matter: &'static str,
    starts_at: &'static str,
    unit: &'static str,
    names: &'static str,
    ids: &'static str,
    paid: &'static str,
    back: &'static str,
    reason: &'static str,
    /// Names of the answer: number, key, result, and the department's own number.
    says: [&'static str; 4],
    yes_no: [&'static str; 2],
    /// Texts that hold JSON.
    texts: &'static [&'static str],
    /// What this wire asks for beside what all do.
    strict: fn(&Value, What) -> bool,
}

const fn anything(_: &Value, _: What) -> bool {
    true
}

static CLINIC: Wire = Wire {
    department: Department::Clinic,
    key: "/extend_params/request_no",
    number: "/third_no",
    place: "/hos_info/code",
    section: "/dept_info/code",
    resource: "/doctor_info/code",
    matter: "/extend_params/matter",
    starts_at: "/treat_date",
    unit: "/line_no",
    names: "/patient_name",
    ids: "/patient_card_no",
    paid: "/extend_params/total_amount",
    back: "/extend_params/refund_amount",
    reason: "/cancel_desc",
    says: ["third_no", "request_no", "reg_status", "visit_no"],
    yes_no: ["SUCCESS", "FAIL"],
    texts: &["extend_params", "treat_date_ext"],
    strict: as_alipay_wants_it,
};

static POLICE_HALL: Wire = Wire {
    department: Department::PoliceHall,
    key: "/lsh",
    number: "/yyh",
    place: "/dtbm",
    section: "/ckz",
    resource: "/ckh",
    matter: "/sxbm",
    starts_at: "/yysj",
    unit: "/hh",
    names: "/xm",
    ids: "/sfzmhm",
    paid: "/je",
    back: "/tkje",
    reason: "/yy",
    says: ["yyh", "lsh", "jg", "slh"],
    yes_no: ["已受理", "拒绝"],
    texts: &[],
    strict: anything,
};

static MARRIAGE_REGISTRY: Wire = Wire {
    department: Department::MarriageRegistry,
    place: "/djjg",
    section: "/djs",
    resource: "/djy",
    matter: "/djlx",
    names: "/dsrxm",
    ids: "/dsrsfz",
    says: ["yyh", "lsh", "jg", "djh"],
    strict: two_persons,
    ..POLICE_HALL
};

static ATTRACTION: Wire = Wire {
    department: Department::Attraction,
    key: "/requestId",
    number: "/orderNo",
    place: "/spotId",
    section: "/area",
    resource: "/ticketType",
    matter: "/product",
    starts_at: "/visitTime",
    unit: "/seat",
    names: "/names",
    ids: "/idNos",
    paid: "/amount",
    back: "/refund",
    reason: "/reason",
    says: ["orderNo", "requestId", "result", "ticketNo"],
    yes_no: ["ACCEPTED", "REJECTED"],
    texts: &[],
    strict: anything,
};

static CARRIER: Wire = Wire {
    department: Department::Carrier,
    number: "/ddh",
    place: "/cz",
    section: "/xl",
    resource: "/bc",
    matter: "/qd",
    starts_at: "/fcsj",
    unit: "/zwh",
    names: "/ckxm",
    ids: "/cksfz",
    paid: "/pj",
    says: ["ddh", "lsh", "jg", "cph"],
    yes_no: ["已出票", "拒绝"],
    ..POLICE_HALL
};

pub(super) fn routes() -> Router<Arc<Sandbox>> {
    let mut router = Router::new()
        .route("/{area}/clinic/regnotify", told(&CLINIC, by_biz_type))
        .route("/{area}/clinic/checkin", told(&CLINIC, |_| Some(What::Arrive)))
        .route("/{area}/marriage-registry/status", post(status));
    for wire in [&POLICE_HALL, &MARRIAGE_REGISTRY, &ATTRACTION, &CARRIER] {
        let at = |word: &str| format!("/{{area}}/{}/{word}", wire.department.word());
        router = router
            .route(&at("book"), told(wire, |_| Some(What::Book)))
            .route(&at("cancel"), told(wire, |_| Some(What::Cancel)))
            .route(&at("arrive"), told(wire, |_| Some(What::Arrive)))
            .route(&at("list"), listed(wire));
    }
    router.route("/{area}/clinic/list", listed(&CLINIC))
}

fn by_biz_type(asked: &Value) -> Option<What> {
    match (text(asked, "/biz_type").as_str(), text(asked, "/operate").as_str()) {
        ("REG_SUCCESS", "CREATE_UPDATE") => Some(What::Book),
        ("REG_CANCEL", "DELETE" | "CREATE_UPDATE") => Some(What::Cancel),
        _ => None,
    }
}

/// The rules that Alipay's documentation gives for the fields.
fn as_alipay_wants_it(asked: &Value, what: What) -> bool {
    let is_time = |pointer: &str| instant(&text(asked, pointer)).is_some();
    let range = text(asked, "/treat_date_ext/range");
    match what {
        What::Book => {
            text(asked, "/patient_card_type") == "01"
                && is_time("/notify_time")
                && is_time("/treat_date")
                && range.split_once('-').is_some_and(|(from, to)| from.len() == 5 && to.len() == 5)
        }
        What::Cancel => is_time("/notify_time") && !text(asked, "/cancel_reason").is_empty(),
        What::Arrive => true,
    }
}

fn two_persons(asked: &Value, what: What) -> bool {
    what != What::Book || (list(&text(asked, "/dsrsfz")).len() == 2 && list(&text(asked, "/dsrxm")).len() == 2)
}

/// A text, or a number as one; empty if it is not there.
fn text(asked: &Value, pointer: &str) -> String {
    match asked.pointer(pointer) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn list(joined: &str) -> Vec<String> {
    joined.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn instant(text: &str) -> Option<DateTime> {
    DateTime::strptime("%Y-%m-%d %H:%M:%S", text).ok()
}

/// A path, and what is told there.
fn told(wire: &'static Wire, what: fn(&Value) -> Option<What>) -> axum::routing::MethodRouter<Arc<Sandbox>> {
    post(move |State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes| async move {
        let response: Response = answer(&sandbox, wire.department, |whose| {
            let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
            let read = wire.open(&body).and_then(|asked| {
                let what = what(&asked)?;
                Some((key(&text(&asked, wire.key))?, wire.read(&asked, what)?))
            });
            let Some((key, message)) = read else { return Reply::Unreadable };
            if whose == Whose::Another {
                return wire.answer("000000000000", &key, Err(No::Unknown));
            }
            let switched = sandbox.refusing(wire.department);
            let outcome = district.told(wire.department, &key, &message, switched, sandbox.clock.now());
            wire.answer(message.number(), &key, outcome)
        })
        .await;
        response
    })
}

#[derive(Deserialize)]
struct OfDay {
    rq: String,
}

/// Whoever comes on a day, for somebody who compares: number, time and money in the words of the department.
fn listed(wire: &'static Wire) -> axum::routing::MethodRouter<Arc<Sandbox>> {
    post(move |State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes| async move {
        let response: Response = answer(&sandbox, wire.department, |_| {
            let Some(district) = sandbox.population.district(&area) else { return Reply::Missing };
            let Ok(OfDay { rq }) = serde_json::from_slice(&body) else { return Reply::Unreadable };
            let Ok(day) = rq.trim().parse::<kernel::Date>() else { return Reply::Unreadable };
            let rows: Vec<Value> = district.expected(wire.department, day).iter().map(|one| wire.line(one)).collect();
            Reply::List {
                head: head(if rows.is_empty() { NOTHING } else { FOUND }, "rq", &day.to_string()),
                list: rows,
            }
        })
        .await;
        response
    })
}

impl Wire {
    fn line(&self, booked: &Booked) -> Value {
        let last = |pointer: &str| pointer.rsplit('/').next().unwrap_or_default().to_owned();
        let mut row = serde_json::Map::new();
        row.insert(self.says[0].to_owned(), booked.number.clone().into());
        row.insert(last(self.starts_at), booked.starts_at.clone().into());
        row.insert(last(self.paid), kernel::Money::from_fen(booked.paid_fen).plain_yuan().into());
        row.insert(self.says[3].to_owned(), booked.reference.clone().into());
        Value::Object(row)
    }

    /// The question, with the JSON inside its texts opened.
    fn open(&self, body: &[u8]) -> Option<Value> {
        let mut asked: Value = serde_json::from_slice(body).ok()?;
        for name in self.texts {
            if let Some(part) = asked.get_mut(*name) {
                *part = serde_json::from_str(part.as_str()?).ok()?;
            }
        }
        Some(asked)
    }

    fn read(&self, asked: &Value, what: What) -> Option<Message> {
        let number = text(asked, self.number);
        if number.is_empty() || number.len() > 64 || !(self.strict)(asked, what) {
            return None;
        }
        let money = |pointer: &str| match text(asked, pointer).as_str() {
            "" => Some(0),
            yuan => fen(yuan),
        };
        match what {
            What::Book => {
                let booked = Booked {
                    number,
                    reference: String::new(),
                    state: BookedState::Booked,
                    place: text(asked, self.place),
                    section: text(asked, self.section),
                    resource: text(asked, self.resource),
                    matter: text(asked, self.matter),
                    starts_at: text(asked, self.starts_at),
                    unit: text(asked, self.unit),
                    names: list(&text(asked, self.names)),
                    ids: list(&tidy(&text(asked, self.ids))),
                    paid_fen: money(self.paid)?,
                    back_fen: 0,
                    reason: String::new(),
                };
                instant(&booked.starts_at)?;
                let whole =
                    !booked.place.is_empty() && !booked.ids.is_empty() && booked.ids.len() == booked.names.len();
                whole.then(|| Message::Book(Box::new(booked)))
            }
            What::Cancel => {
                Some(Message::Cancel { number, back_fen: money(self.back)?, reason: text(asked, self.reason) })
            }
            What::Arrive => Some(Message::Arrive { number }),
        }
    }

    fn answer(&self, number: &str, key: &str, outcome: Result<Booked, No>) -> Reply {
        let [says_number, says_key, result, reference] = self.says;
        let mut row = head(FOUND, says_number, number);
        row.insert(says_key.into(), key.into());
        match outcome {
            Ok(booked) => {
                row.insert(result.into(), self.yes_no[0].into());
                row.insert(reference.into(), booked.reference.into());
            }
            Err(no) => {
                row.insert("code".into(), no.code().into());
                row.insert("msg".into(), no.message().into());
                row.insert(result.into(), self.yes_no[1].into());
            }
        }
        Reply::Row(row)
    }
}

#[derive(Deserialize)]
struct OfPerson {
    xm: String,
    sfzmhm: String,
}

async fn status(State(sandbox): State<Arc<Sandbox>>, Path(area): Path<String>, body: Bytes) -> Response {
    answer(&sandbox, Department::MarriageRegistry, |whose| {
        if sandbox.population.district(&area).is_none() {
            return Reply::Missing;
        }
        let Ok(asked) = serde_json::from_slice::<OfPerson>(&body) else { return Reply::Unreadable };
        let resident_id = tidy(&asked.sfzmhm);
        // The register is the country's: whoever marries here may be registered elsewhere.
        let person = match whose {
            Whose::Asked => sandbox.population.person_of_resident_id(&resident_id),
            Whose::Another => (0..2)
                .filter_map(|n| sandbox.population.person(&area, n))
                .find(|person| person.resident_id != resident_id),
        };
        let fits = |name: &str| PersonName::parse(&asked.xm).is_ok_and(|asked| asked.expose() == name);
        let known = person.filter(|person| whose == Whose::Another || fits(&person.name)).and_then(|person| {
            let district = sandbox.population.district(&person.area)?;
            Some((person.resident_id, district.marital(person.n), district.household(person.n)))
        });
        let Some((resident_id, marital, household)) = known else {
            return Reply::Row(head(UNKNOWN, "sfzmhm", &resident_id));
        };
        let mut row = head(FOUND, "sfzmhm", &resident_id);
        row.insert("hyzk".into(), marital.word().into());
        row.insert("hjqh".into(), household.into());
        Reply::Row(row)
    })
    .await
}
