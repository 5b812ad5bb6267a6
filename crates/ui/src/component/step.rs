//! Numbered steps: how a service goes, or how far a person has come.

use maud::{Markup, html};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepState {
    #[default]
    Plain,
    Done,
    Now,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Step<'a> {
    pub text: &'a str,
    pub state: StepState,
}

#[must_use]
pub fn steps(steps: &[Step<'_>]) -> Markup {
    html! {
        ol.steps {
            @for step in steps {
                @let class = match step.state { StepState::Plain => None, StepState::Done => Some("done"), StepState::Now => Some("now") };
                li class=[class] aria-current=[(step.state == StepState::Now).then_some("step")] { span { (step.text) } }
            }
        }
    }
}
