//! The security page: a card for each kind of factor, activity, sessions.

use std::borrow::Cow;

use askama::Template;

use super::texts::{Activity, NAME_MAX, Notice};
use super::{Frame, Moment};
use crate::domain::authenticator::backup_code::FEW;

/// An enrolled authenticator app or passkey.
#[derive(Debug, Clone)]
pub struct FactorRow<'a> {
    /// As it stands in paths.
    pub id: &'a str,
    pub name: &'a str,
    /// Who makes it, or keeps it, where that is known.
    pub provider: Option<&'a str>,
    pub added: Moment<'a>,
    pub last_used: Option<Moment<'a>>,
    /// Its codes are refused until somebody unlocks it.
    pub disabled: bool,
}

/// Whether passkeys can be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offer {
    Now,
    /// `factors.passkey.enrolment = false`
    ComingSoon,
    /// Not at an address without a domain.
    Never,
}

/// A sheet of backup codes.
#[derive(Debug, Clone, Copy)]
pub struct CodesLeft<'a> {
    pub left: u32,
    pub made: u32,
    pub made_at: Moment<'a>,
}

impl CodesLeft<'_> {
    fn remaining(&self, frame: &Frame<'_>) -> Cow<'static, str> {
        let key = match self.are_few() {
            true => "security-codes-few",
            false => "security-codes-left",
        };
        let values = [("left", self.left.into()), ("made", self.made.into())];
        frame.say(key, None, &values)
    }

    fn are_few(&self) -> bool {
        self.left <= FEW
    }
}

/// One line of *Recent security activity*.
#[derive(Debug, Clone, Copy)]
pub struct ActivityRow<'a> {
    pub when: Moment<'a>,
    pub what: Activity<'a>,
    /// Browser and address: `Firefox on macOS, 203.0.113.7`.
    pub from: &'a str,
}

/// Rows in a row that say the same, with the newest of them.
struct ActivityGroup<'a> {
    row: ActivityRow<'a>,
    times: usize,
}

/// So many groups are shown; the others wait behind *Show all*.
const SHOWN: usize = 5;

/// `GET` of `portal.security_page`.
#[derive(Debug, Template)]
#[template(path = "security.html", blocks = ["cards"])]
pub struct SecurityPage<'a> {
    pub frame: Frame<'a>,
    /// Only the cards, as they stand behind a dialog.
    pub behind: bool,
    pub csrf: &'a str,
    pub account: &'a str,
    /// The page's own path without a trailing slash: `/settings/security`.
    pub base: &'a str,
    /// A path of the application.
    pub back: &'a str,
    /// Where *Sign out other sessions* posts to.
    pub sign_out_others: &'a str,
    /// Sessions of this user besides the one that asks.
    pub other_sessions: usize,
    pub authenticators: Vec<FactorRow<'a>>,
    pub passkeys: Vec<FactorRow<'a>>,
    pub passkey_offer: Offer,
    /// JSON that tells authenticators which passkeys are still accepted.
    pub accepted: &'a str,
    pub codes: Option<CodesLeft<'a>>,
    /// Newest first.
    pub activity: Vec<ActivityRow<'a>>,
    /// The outcome of what the user has just done.
    pub notice: Option<Notice<'a>>,
}

impl<'a> SecurityPage<'a> {
    /// What can sign in: one alone is what the nudge is about.
    fn working(&self) -> usize {
        let all = self.authenticators.iter().chain(&self.passkeys);
        all.filter(|row| !row.disabled).count()
    }

    /// Whether there is anything that backup codes could stand in for.
    fn has_any(&self) -> bool {
        !self.authenticators.is_empty() || !self.passkeys.is_empty()
    }

    /// The activity with repetitions counted instead of listed.
    fn groups(&self) -> Vec<ActivityGroup<'a>> {
        self.activity
            .chunk_by(|one, next| one.what == next.what && one.from == next.from)
            .filter_map(|same| {
                Some(ActivityGroup {
                    row: *same.first()?,
                    times: same.len(),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    /// What is shown of these lines, and how often each happened.
    fn groups_of(what: &[(Activity<'static>, &'static str)]) -> Vec<(Activity<'static>, usize)> {
        let activity = what.iter().map(|(what, from)| ActivityRow {
            when: samples::USED,
            what: *what,
            from,
        });
        let page = SecurityPage {
            activity: activity.collect(),
            ..samples::security_page(samples::FRAME, 1, None)
        };
        let groups = page.groups();
        groups
            .iter()
            .map(|group| (group.row.what, group.times))
            .collect()
    }

    #[test]
    fn only_neighbours_of_the_same_kind_and_place_become_one_row() {
        let wrong = Activity::CodeRejected;
        let signed_in = Activity::SignedIn("a");
        assert_eq!(groups_of(&[]), []);
        assert_eq!(
            groups_of(&[
                (wrong, "here"),
                (wrong, "here"),
                (wrong, "there"),
                (signed_in, "there"),
                (wrong, "there"),
            ]),
            [(wrong, 2), (wrong, 1), (signed_in, 1), (wrong, 1)]
        );
        let added = Activity::AuthenticatorAdded;
        assert_eq!(
            groups_of(&[(added("a"), "here"), (added("b"), "here")]),
            [(added("a"), 1), (added("b"), 1)]
        );
    }
}
