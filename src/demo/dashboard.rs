//! The start page: a few figures, the pipeline, what is due and what happened lately.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::access::SignedIn;
use super::contacts::{Contact, Stage, dollars};
use super::respond::{Problem, Section, Shell, page};
use super::sample::{ACTIVITY, Activity, CONTACTS};

#[derive(Template)]
#[template(path = "demo/dashboard.html")]
struct DashboardPage {
    shell: Shell,
    first_name: &'static str,
    open: String,
    open_deals: usize,
    won: String,
    customers: usize,
    contacts: usize,
    stages: Vec<StageRow>,
    proposals: Vec<&'static Contact>,
    activity: &'static [Activity],
}

/// One bar of the pipeline.
struct StageRow {
    label: &'static str,
    class: &'static str,
    deals: usize,
    total: String,
    /// Length of the bar, in percent of the longest.
    percent: u32,
}

/// `GET /`
pub(super) async fn show(who: SignedIn) -> Result<Response, Problem> {
    let open = |contact: &&Contact| contact.stage != Stage::Customer;
    let won = |contact: &&Contact| contact.stage == Stage::Customer;
    page(
        StatusCode::OK,
        &DashboardPage {
            shell: who.shell(Section::Dashboard),
            first_name: who.user.name.split(' ').next().unwrap_or(who.user.name),
            open: dollars(total(CONTACTS.iter().filter(open))),
            open_deals: CONTACTS.iter().filter(open).count(),
            won: dollars(total(CONTACTS.iter().filter(won))),
            customers: CONTACTS.iter().filter(won).count(),
            contacts: CONTACTS.len(),
            stages: pipeline(),
            proposals: in_stage(Stage::Proposal).collect(),
            activity: ACTIVITY,
        },
    )
}

fn pipeline() -> Vec<StageRow> {
    let longest = Stage::ALL
        .iter()
        .map(|&stage| total(in_stage(stage)))
        .max()
        .unwrap_or(0)
        .max(1);
    Stage::ALL
        .iter()
        .map(|&stage| {
            let sum = total(in_stage(stage));
            StageRow {
                label: stage.label(),
                class: stage.class(),
                deals: in_stage(stage).count(),
                total: dollars(sum),
                percent: sum.saturating_mul(100) / longest,
            }
        })
        .collect()
}

fn in_stage(stage: Stage) -> impl Iterator<Item = &'static Contact> {
    CONTACTS
        .iter()
        .filter(move |contact| contact.stage == stage)
}

fn total<'a>(contacts: impl Iterator<Item = &'a Contact>) -> u32 {
    contacts.map(|contact| contact.value).sum()
}
