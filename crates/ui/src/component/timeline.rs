//! What happened and what comes next, in order of time.

use maud::{Markup, html};

use crate::icon::icon;

#[derive(Clone, Copy, Debug, Default)]
pub struct Moment<'a> {
    pub title: &'a str,
    pub detail: &'a str,
    pub state: MomentState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MomentState {
    Done,
    Now,
    #[default]
    Ahead,
}

#[must_use]
pub fn timeline(moments: &[Moment<'_>]) -> Markup {
    html! {
        ol.timeline {
            @for moment in moments {
                @let class = match moment.state { MomentState::Done => "done", MomentState::Now => "now", MomentState::Ahead => "ahead" };
                li class=(class) aria-current=[(moment.state == MomentState::Now).then_some("step")] {
                    span.dot { @if moment.state == MomentState::Done { (icon("check")) } }
                    strong { (moment.title) }
                    @if !moment.detail.is_empty() { span { (moment.detail) } }
                }
            }
        }
    }
}
