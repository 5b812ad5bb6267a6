//! Acts and billers of a city: whatever a service promises can be done, whatever is done is done once, and no customer
//! number is asked for that cannot be told from a slip of the finger.

use std::collections::{BTreeMap, BTreeSet};

use kernel::ServiceId;

use super::{
    bindings::{Services, common},
    mapping::source,
    offer, placeholders,
};
use crate::{
    act::{Act, Acts, Biller, Holds},
    binding::{Binding, Bindings, Mapping, Method},
    city::City,
    document::{Place, Problem, place},
    pay::{Payee, Purpose},
    service::{Service, Subject},
};

pub fn check(bindings: &Bindings, city: Option<&City>, services: &Services, problems: &mut Vec<Problem>) {
    let of_services = bindings.act.keys().map(|id| ("act", id)).chain(bindings.biller.keys().map(|id| ("biller", id)));
    for (table, id) in of_services {
        let at = place![table, id.as_str()].key();
        if city.is_none() {
            let what = "departments act for services, and services are bound by cities";
            problems.push(Problem::error("misplaced-service", at, what, "move it to a city's bindings.toml"));
        } else if !bindings.service.contains_key(id) && !is_of_bookings(bindings.act.get(id)) {
            let what = format!("nothing answers `{id}` here, so nothing can be done about it");
            let known: Vec<&str> = bindings.service.keys().map(ServiceId::as_str).collect();
            problems.push(Problem::error("unbound-act", at, what, offer(id.as_str(), known)));
        }
    }
    let Some(city) = city else { return };
    let none = Acts::new();
    // Nothing is asked for a booking service, so that its acts stand alone.
    let told =
        |id: &&ServiceId| is_of_bookings(bindings.act.get(*id)) || services.get(*id).is_some_and(|one| tells(one));
    let told = bindings.act.keys().chain(&city.services).filter(told);
    for id in bindings.service.keys().chain(told).collect::<BTreeSet<_>>() {
        let Some(service) = services.get(id) else { continue };
        let acts = bindings.act.get(id).unwrap_or(&none);
        let mut desk = Desk { service, acts, biller: bindings.biller.get(id), problems };
        desk.promises();
        desk.biller();
        for (&act, binding) in acts {
            let at = place!["act", id.as_str(), act.word()];
            common(binding, bindings, &act.question_values(service.subject), true, &at, desk.problems);
            desk.act(act, binding, &at);
        }
    }
}

/// True for acts that need no question beside them: what is told of bookings, and the list of them.
fn is_of_bookings(acts: Option<&Acts>) -> bool {
    let fits = |act: &Act| act.is_of_bookings() || *act == Act::List;
    acts.is_some_and(|acts| acts.keys().any(|act| act.is_of_bookings()) && acts.keys().all(fits))
}

/// True for what is booked with a department that is told of it.
fn tells(service: &Service) -> bool {
    service.booking.as_ref().is_some_and(|booking| booking.tell)
}

/// One service of the city.
struct Desk<'a, 'p> {
    service: &'a Service,
    acts: &'a Acts,
    biller: Option<&'a Biller>,
    problems: &'p mut Vec<Problem>,
}

impl Desk<'_, '_> {
    fn error(&mut self, code: &'static str, at: Place, what: impl Into<String>, fix: impl Into<String>) {
        self.problems.push(Problem::error(code, at, what, fix));
    }

    /// Every act that the service cannot do without, and none that has nothing to act on.
    fn promises(&mut self) {
        let id = self.service.id.as_str();
        let pay = self.service.pay.as_ref();
        let customer = self.service.subject == Subject::Customer;
        let prepaid = self.biller.is_some_and(|biller| biller.prepaid.is_some());
        let tops_up = pay.is_some_and(|pay| pay.purpose == Purpose::TopUp);
        let gives_back = pay.is_some_and(|pay| pay.withdrawable.is_some())
            || self.acts.get(&Act::Balance).is_some_and(|binding| binding.row.contains_key("withdrawable"));
        let told = tells(self.service);
        let reasons = [
            (Act::Bind, customer, "nobody can add an account"),
            (Act::Accept, pay.is_some_and(|pay| pay.accept.is_some()), "nobody can accept a record"),
            (Act::Pay, pay.is_some(), "what is paid never reaches the department"),
            // Whoever is told of bookings may have a list of them.
            (
                Act::List,
                pay.is_some() || (told && self.acts.contains_key(&Act::List)),
                "nothing can be compared at the end of a day",
            ),
            (Act::Balance, prepaid && !tops_up, "nobody sees what is on the account"),
            (Act::Withdraw, gives_back, "the rest of a balance cannot be given back"),
            (Act::Book, told, "the department never hears who comes"),
            (Act::Unbook, told, "the department waits for people who do not come"),
            (Act::Arrive, told, "the department never hears who is here"),
        ];
        for (act, needed, why) in reasons {
            match (needed, self.acts.contains_key(&act)) {
                (true, false) => {
                    let what = format!("{why}: the act `{}` is missing", act.word());
                    let at = place![if told { "act" } else { "service" }, id];
                    self.error("missing-act", at, what, format!("add [act.{id}.{}]", act.word()));
                }
                (false, true) => {
                    let what = format!("`{id}` has no use for the act `{}`", act.word());
                    let at = place!["act", id, act.word()].key();
                    self.problems.push(Problem::warning("needless-act", at, what, "remove it"));
                }
                _ => {}
            }
        }
        if customer && self.biller.is_none() {
            let what = format!("nothing says how the customer numbers of `{id}` look");
            let fix = format!(
                "add [biller.{id}] with `customer_no = {{ pattern = \"…\", example = \"…\", hint = {{ … }} }}`"
            );
            self.error("missing-biller", place!["service", id], what, fix);
        }
    }

    fn biller(&mut self) {
        let Some(biller) = self.biller else { return };
        let id = self.service.id.as_str();
        let at = place!["biller", id];
        if self.service.subject != Subject::Customer {
            let what = format!("`{id}` asks about no account of a customer");
            return self.error("misplaced-biller", at.key(), what, "remove it");
        }
        self.customer_no(biller, &at.at("customer_no"));
        let pay = self.service.pay.as_ref();
        if let Some(prepaid) = &biller.prepaid
            && prepaid.min_fen > prepaid.max_fen
        {
            let what =
                format!("the least top-up of {} fen is more than the most of {}", prepaid.min_fen, prepaid.max_fen);
            self.error("out-of-range", at.at("prepaid"), what, "write the smaller one as min_fen");
        }
        if biller.prepaid.is_none() && pay.is_some_and(|pay| pay.purpose == Purpose::TopUp) {
            let what = "nothing says how much can be topped up";
            self.error("missing-key", at.clone(), what, "add `prepaid = { min_fen = 1_000, max_fen = 100_000 }`");
        }
        let flags =
            [("partial", biller.partial), ("oldest_first", biller.oldest_first), ("prepaid", biller.prepaid.is_some())];
        for (flag, _) in flags.into_iter().filter(|(_, set)| *set) {
            if pay.is_none() {
                let what = format!("nothing is paid at `{id}`, so `{flag}` means nothing");
                self.error("misplaced-key", at.at(flag), what, "remove it, or add [pay] to the service");
            }
            if pay.is_some_and(|pay| pay.payee == Payee::Treasury) && flag != "oldest_first" {
                let what = format!("the treasury knows no `{flag}`: it takes the whole, and keeps no balances");
                self.error("merchant-only", at.at(flag), what, "remove it");
            }
        }
        if biller.oldest_first && pay.is_some_and(|pay| pay.period.is_none()) {
            let what = "nothing tells which bill is the oldest";
            let fix = format!("add `period = \"…\"` to [pay] of services/{id}.toml, or remove it");
            self.error("missing-period", at.at("oldest_first"), what, fix);
        }
    }

    fn customer_no(&mut self, biller: &Biller, at: &Place) {
        let number = &biller.customer_no;
        match number.regex() {
            Err(why) => {
                let what = format!("`{}` is no pattern: {why}", number.pattern);
                self.error("bad-regex", at.at("pattern"), what, "a short regular expression, for example [0-9]{10}");
            }
            Ok(regex) if regex.is_match("") => {
                let what = format!("`{}` accepts a number of no characters", number.pattern);
                self.error("bad-regex", at.at("pattern"), what, "say how long a number is, for example [0-9]{10}");
            }
            Ok(_) if kernel::identifier::normalise(&number.example) != number.example => {
                let fix = format!("write {}", kernel::identifier::normalise(&number.example));
                let what = "numbers are compared without spaces and hyphens, in upper case, and the example is not so";
                self.error("bad-example", at.at("example"), what, fix);
            }
            Ok(_) if !number.accepts(&number.example) => {
                let what = format!("the pattern refuses its own example \"{}\"", number.example);
                self.error("bad-example", at.at("example"), what, "mend the pattern or the example");
            }
            Ok(_) => {}
        }
    }

    fn act(&mut self, act: Act, binding: &Binding, at: &Place) {
        let sent: Vec<&str> =
            binding.send.values().chain([&binding.path]).flat_map(|text| placeholders(text)).collect();
        let mut needs = |names: &[&str], code: &'static str, what: &str| {
            if !sent.iter().any(|name| names.contains(name)) {
                let names: Vec<String> = names.iter().map(|name| format!("\"{{{name}}}\"")).collect();
                let fix = format!("send one of {}", names.join(", "));
                self.problems.push(Problem::error(code, at.at("send"), what, fix));
            }
        };
        match act {
            Act::Accept => needs(&["id"], "no-record", "nothing says which record is accepted"),
            _ if act.changes() => needs(&["key"], "no-key", "told twice, the department would do it twice"),
            _ => {}
        }
        if matches!(act, Act::Pay | Act::Withdraw) {
            needs(&["amount_fen", "amount_yuan", "total_fen", "total_yuan"], "no-amount", "nothing says how much");
        }
        if act == Act::Pay && self.service.pay.as_ref().is_some_and(|pay| pay.purpose != Purpose::TopUp) {
            needs(&["ids", "decision_nos"], "no-bill", "nothing says which bill is paid");
        }
        if act == Act::Bind {
            needs(&["holder_tail"], "no-second-factor", "whoever guesses a number would see its bills");
        }
        if act == Act::Book {
            needs(&["resident_id", "ids"], "no-person", "nothing says for whom it is");
            needs(&["starts_at", "on"], "no-time", "nothing says for when it is");
        }
        if act.is_of_bookings() {
            needs(&["number"], "no-booking", "nothing says which booking it is");
        }
        if act == Act::List {
            needs(&["day"], "no-day", "nothing says which day is listed");
        }
        if act.changes() && binding.method != Method::Post {
            let what = format!("`{}` changes something, and a GET may be repeated by anybody on the way", act.word());
            self.error("unsafe-method", at.at("method"), what, "write `method = \"POST\"`");
        }
        if binding.evidence_path.is_some() {
            self.error("misplaced-evidence", at.at("evidence_path"), "acts have no evidence", "remove it");
        }
        self.rows(act, &binding.row, &at.at("row"));
    }

    fn rows(&mut self, act: Act, row: &BTreeMap<String, Mapping>, at: &Place) {
        let known = act.row_fields();
        for (key, mapping) in row {
            let at = at.at(key);
            source(key, mapping, &at, self.problems);
            match known.iter().find(|(name, _)| name == key) {
                Some((_, holds)) => self.holds(key, *holds, mapping, &at),
                None => {
                    let what = format!("the act `{}` has no field `{key}`", act.word());
                    let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
                    self.error("unknown-field", at.key(), what, offer(key, names));
                }
            }
        }
        for key in act.required_fields().iter().filter(|key| !row.contains_key(**key)) {
            let what = format!("the act `{}` never says `{key}`", act.word());
            self.error("missing-mapping", at.clone(), what, format!("add `{key} = {{ path = \"/…\" }}`"));
        }
    }

    fn holds(&mut self, key: &str, holds: Holds, mapping: &Mapping, at: &Place) {
        let words: &[&str] = match holds {
            Holds::YesNo => &["yes", "no"],
            Holds::Way => &["in", "out"],
            _ => &[],
        };
        if !words.is_empty() {
            let values = mapping.table.values().chain(&mapping.constant).chain(&mapping.default);
            for value in values.filter(|value| !words.contains(&value.as_str())) {
                let what = format!("`{key}` becomes \"{value}\"");
                self.error("uncovered-choice", at.clone(), what, format!("let it become one of {}", words.join(", ")));
            }
            if mapping.table.is_empty() && mapping.constant.is_none() {
                let what = format!("nothing says which of the department's words means which `{key}`");
                self.error("no-table", at.clone(), what, format!("add `table = {{ \"…\" = \"{}\" }}`", words[0]));
            }
        }
        for (unit, wanted, there, example) in [
            ("money", holds == Holds::Money, mapping.money.is_some(), "money = \"yuan\""),
            ("date", holds == Holds::Date, mapping.date.is_some(), "date = \"%Y-%m-%d %H:%M:%S\""),
        ] {
            if wanted && !there && mapping.constant.is_none() {
                let what = format!("`{key}` is {unit} of an unknown form");
                self.error("wrong-mapping", at.clone(), what, format!("add `{example}`"));
            } else if !wanted && there {
                self.error("wrong-mapping", at.at(unit), format!("`{key}` is no {unit}"), format!("remove `{unit}`"));
            }
        }
    }
}
