//! `[guard.identity]`: the evidence of who is signed in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::period::Period;
use super::super::policy::{Enrolment, Mfa, Policy};
use super::super::problem::Faults;
use super::{Guard, Whoami};
use crate::domain::cookie_glob::CookieGlob;
use crate::domain::source::EvidenceSource;

/// The evidence of who is signed in.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// A protected cookie, by name or glob, that is set while somebody is signed in and at no
    /// other time. Beside it `whoami` is asked only where it is set. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_in_cookie: Option<CookieGlob>,
    /// Who is signed in, where whoami does not say: "cookie:name#REGEX", "sign_in" (the name
    /// typed in the declared sign-in) or "single:NAME". Default: whoami says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<EvidenceSource>,
    /// The question to the application. Required without `signed_in_cookie`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whoami: Option<Whoami>,
    /// How long an answer counts in a settled session before it is asked for again, riding a
    /// request. Default: "60s".
    #[serde(default = "recheck")]
    pub recheck: Period,
    /// What a protected cookie that changes in a settled session leads to. Default: "ask".
    #[serde(default)]
    pub rotation: Rotation,
}

/// What a protected cookie that changes in a settled session leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rotation {
    /// The application is asked whose session it is, before anything of the answer is shown.
    #[default]
    Ask,
    /// Nothing at once: another user goes unseen for at most `recheck`. For applications that
    /// change their cookie on every response.
    Trust,
}

fn recheck() -> Period {
    Period::seconds(60)
}

const SIGNED_IN: &str = "guard.identity.signed_in_cookie";
const USER: &str = "guard.identity.user";
const ID: &str = "guard.identity.whoami.id";
const NAME: &str = "guard.identity.whoami.name";
const BESIDE: &str = "cookie:name#REGEX, sign_in or single:NAME";

impl Identity {
    pub(super) fn check(&self, guard: &Guard, policy: &Policy, faults: &mut Faults) {
        faults.positive("guard.identity.recheck", self.recheck);
        if let Some(whoami) = &self.whoami {
            whoami.check(faults);
        }
        self.check_presence(faults);
        self.check_cookies(guard, faults);
        self.check_typed(guard, policy, faults);
    }

    /// Where the user's id comes from, with the key that says so.
    pub fn id(&self) -> Option<(&'static str, &EvidenceSource)> {
        let asked = self.whoami.as_ref().and_then(|whoami| whoami.id.as_ref());
        let user = || self.user.as_ref().map(|user| (USER, user));
        asked.map(|id| (ID, id)).or_else(user)
    }

    /// Something has to show that somebody is signed in, and one thing who it is.
    fn check_presence(&self, faults: &mut Faults) {
        let user = self.user.as_ref();
        if user.is_some_and(EvidenceSource::is_in_answer) {
            let help = "what stands in an answer of the application is `id` of whoami";
            faults.push(USER, BESIDE, help);
        }
        let Some(whoami) = &self.whoami else {
            match (&self.signed_in_cookie, user) {
                (None, None) => faults.push(
                    "guard.identity.whoami",
                    "a table with path, id and signed_out, or signed_in_cookie with user",
                    "",
                ),
                (None, Some(_)) => faults.push(
                    SIGNED_IN,
                    "the cookie that is set while somebody is signed in, or whoami",
                    "`user` says who it is, not whether somebody is there",
                ),
                (Some(_), None) => faults.push(USER, BESIDE, "it says who is signed in"),
                (Some(_), Some(_)) => {}
            }
            return;
        };
        let source = match (&whoami.id, user) {
            (None, None) => {
                let expected = "a source such as \"json:/id\", or guard.identity.user";
                return faults.push(ID, expected, "");
            }
            (Some(_), Some(_)) => {
                return faults.push(
                    USER,
                    "nothing, as whoami has an id",
                    "one person under two ids would be two, and one of them without a factor",
                );
            }
            (Some(source), None) | (None, Some(source)) => source,
        };
        let shows = whoami.id.is_some() && source.gives_presence();
        if !shows && whoami.present.is_empty() {
            faults.push(
                "guard.identity.whoami.present",
                "at least one of status, location, css, text, json",
                "the user's id does not stand in the answer, so something else has to show that \
                 somebody is signed in, such as present = { css = \"a[href='/logout']\" }",
            );
        }
    }

    /// What an unprotected cookie says anybody can say.
    fn check_cookies(&self, guard: &Guard, faults: &mut Faults) {
        let names = &guard.session_cookies;
        let expected = "a cookie that guard.session_cookies protects";
        if self
            .signed_in_cookie
            .as_ref()
            .is_some_and(|glob| !names.covers(glob))
        {
            let help = "add it there; a cookie that is not sealed can be sent by anybody";
            faults.push(SIGNED_IN, expected, help);
        }
        let name = self.whoami.as_ref().and_then(|whoami| whoami.name.as_ref());
        for (key, source) in self.id().into_iter().chain(name.map(|name| (NAME, name))) {
            if let EvidenceSource::Cookie(glob, _) = source
                && !names.covers(glob)
            {
                let help = "add it there; a cookie that is not sealed can be written by anybody";
                faults.push(key, expected, help);
            }
        }
    }

    /// A typed name is whatever somebody types: as an id it must not open what it has no factor for.
    fn check_typed(&self, guard: &Guard, policy: &Policy, faults: &mut Faults) {
        let named = guard.sign_in.iter().any(|rule| rule.username.is_some());
        let expected = "another source, or [[guard.sign_in]] sections with `username`";
        let name = self.whoami.as_ref().and_then(|whoami| whoami.name.as_ref());
        if name == Some(&EvidenceSource::SignIn) && !named {
            faults.push(NAME, expected, "`username` says where the typed name is");
        }
        let Some((key, EvidenceSource::SignIn)) = self.id() else {
            return;
        };
        if policy.mfa != Mfa::Required || policy.enrolment == Enrolment::Open {
            faults.push(
                key,
                "another source, as policy.mfa is not \"required\" or policy.enrolment is \"open\"",
                "another spelling of a name would look like a user who has no factor yet",
            );
        }
        if self.rotation == Rotation::Trust {
            faults.push(
                "guard.identity.rotation",
                "\"ask\", as the user is known by the typed name only",
                "a recheck would find the same name whoever the new cookie belongs to",
            );
        }
        if guard.sign_in.is_empty() {
            faults.push(key, expected, "`username` says where the typed name is");
        }
        for (at, _) in
            (guard.sign_in.iter().enumerate()).filter(|(_, rule)| rule.username.is_none())
        {
            faults.push(
                &format!("guard.sign_in.{at}.username"),
                "where the typed name is, such as \"form:email\"",
                "guard.identity takes the user from it",
            );
        }
    }
}
