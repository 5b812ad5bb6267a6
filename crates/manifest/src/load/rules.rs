//! The dated rules of all sets, as one value.

use serde::de::DeserializeOwned;

use super::Desk;
use crate::{
    booking::{
        BookingRules,
        rules::{CoachesFile, MarriagesFile, ProfilesFile, TicketsFile},
    },
    document::Problem,
    fee::{LateFeesFile, TariffsFile},
    lint,
    rule::{ExamFile, FinesFile, PointsFile, Rules},
    schema::Kind,
};

impl Desk<'_> {
    /// All rules, or none if one of the files has errors: half a set would answer with the wrong year's rule.
    pub(super) fn rules(&mut self) -> Option<Rules> {
        let mut timeline = lint::rules::Timeline::default();
        let points = self.dated::<PointsFile>(Kind::Points, |path, file| timeline.points(path, file));
        let exam = self.dated::<ExamFile>(Kind::Exam, |path, file| timeline.exam(path, file));
        let fines = self.dated::<FinesFile>(Kind::Fines, |path, file| timeline.fines(path, file));
        let late_fees = self.dated::<LateFeesFile>(Kind::LateFees, |path, file| timeline.late_fees(path, file));
        let tariffs = self.dated::<TariffsFile>(Kind::Tariffs, |path, file| timeline.tariffs(path, file));
        let profiles = self.dated::<ProfilesFile>(Kind::Profiles, |path, file| timeline.profiles(path, file));
        let tickets = self.dated::<TicketsFile>(Kind::Tickets, |path, file| timeline.tickets(path, file));
        let coaches = self.dated::<CoachesFile>(Kind::Coaches, |path, file| timeline.coaches(path, file));
        let marriages = self.dated::<MarriagesFile>(Kind::Marriages, |path, file| timeline.marriages(path, file));
        let rules = Rules::new(
            points?.into_iter().flat_map(|file| file.rule).collect(),
            exam?.into_iter().flat_map(|file| file.rule).collect(),
            fines?.into_iter().flat_map(|file| file.rule).map(Into::into).collect(),
        );
        let rules = rules.with_booking(BookingRules::new(profiles?, tickets?, coaches?, marriages?));
        Some(rules.with_fees(
            late_fees?.into_iter().flat_map(|file| file.rule).collect(),
            tariffs?.into_iter().flat_map(|file| file.rule).collect(),
        ))
    }

    /// All files of a kind of rules; `None` if one has errors.
    fn dated<T>(&mut self, kind: Kind, mut check: impl FnMut(&str, &T) -> Vec<Problem>) -> Option<Vec<T>>
    where
        T: Clone + DeserializeOwned,
    {
        let mut files = Some(Vec::new());
        for path in self.of_kind(kind) {
            // Read even after a broken one, so that whatever is wrong is told at once.
            let file = self.read::<T>(path).filter(|file| self.report(path, check(path, file)));
            files = files.zip(file).map(|(files, file)| [files, vec![file]].concat());
        }
        files
    }
}
