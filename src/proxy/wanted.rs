//! Where a user wanted to go before the sign-in came between.
//!
//! A page of the gateway's own that needed a sign-in is remembered in a cookie: the application knows
//! nothing of it and would send its user to its own front page. The page that was asked for last wins:
//! whoever opens a page of the application afterwards, or comes to the sign-in page by a bookmark, is
//! the application's to lead again. What the sign-in itself consists of changes nothing.

use http::{Method, header};

use super::facts::{Facts, Kind};
use super::gateway::Parts;
use super::judge::{Heard, Visitor};
use super::probe::resolve;
use super::reply::Reply;
use super::spool::Spooled;
use crate::domain::matching::{Head, Match, Rule};
use crate::domain::path_glob::LenientPath;
use crate::domain::return_address::has_dot_segments;

impl Parts {
    /// The facts without a remembered page that the visitor turned away from, or that the gateway
    /// did not ask to remember: other pages of the site can set cookies too.
    pub fn without_stale_wish(&self, mut facts: Facts) -> Facts {
        let Some(wish) = &facts.cookies.return_to else {
            return facts;
        };
        let path = wish.split('?').next().unwrap_or_default();
        let ours = self.guard.is_security_page(path) && !has_dot_segments(path);
        if !ours || self.goes_elsewhere(&facts) {
            facts.cookies.return_to = None;
            facts.forgets = true;
        }
        facts
    }

    fn goes_elsewhere(&self, facts: &Facts) -> bool {
        let (path, query) = (&facts.target.path, &facts.target.query);
        let opens_a_page = facts.kind == Kind::Navigation && facts.method == Method::GET;
        if !opens_a_page || self.guard.is_portal_path(path) {
            return false;
        }
        let readings = LenientPath::new(path);
        let head = Head {
            method: facts.method.as_str(),
            path: &readings,
            query,
        };
        let mut rules = self.guard.sign_in.iter();
        if rules.any(|rule| rule.on_head(head) != Match::No) {
            return false;
        }
        // Where no form is declared, the gateway's link leads to the root and the application on to it.
        let mut rules = self.guard.sign_in.iter();
        let form = rules.any(|rule| match rule.page {
            Some(_) => rule.is_page(&readings, query),
            None => path == self.guard.sign_in_page() || rule.path.matches_any(&readings),
        });
        !(form && facts.from_here)
    }

    /// The line that makes the browser forget the remembered page, where it is time to.
    pub fn forgetting(&self, facts: &Facts) -> Option<Vec<u8>> {
        facts
            .forgets
            .then(|| self.guard.return_line("").into_bytes())
    }

    /// Where to go after the factor: to the remembered page, else where the application sends the
    /// user, else where they came from.
    pub fn wanted(&self, visitor: &Visitor, spooled: &Spooled) -> Option<String> {
        let facts = &visitor.facts;
        let location = spooled
            .head
            .headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok());
        let located = location.and_then(|location| resolve(location, &self.guard.origin));
        let asked = || (facts.method == Method::GET).then(|| facts.own_address());
        let came_from = || facts.referer.clone();
        let remembered = facts.cookies.return_to.clone();
        let wanted = remembered.or(located).or_else(asked).or_else(came_from)?;
        let (path, query) = wanted.split_once('?').unwrap_or((&wanted, ""));
        let readings = LenientPath::new(path);
        let mut rules = self.guard.sign_in.iter();
        let sign_in = rules.any(|rule| rule.is_page(&readings, query));
        let ours = self.guard.is_portal_path(path);
        let usable = !sign_in && (!ours || self.guard.is_security_page(path));
        usable.then_some(wanted)
    }

    /// For a user whom the password alone lets in: the remembered page, in the place of the page that
    /// the application redirects to. An answer that shows something is shown.
    pub fn remembered_instead(&self, visitor: &Visitor, heard: &Heard) -> Option<Reply> {
        let redirected = heard.spooled.head.status.is_redirection();
        if visitor.facts.kind != Kind::Navigation || !redirected {
            return None;
        }
        let place = visitor.facts.cookies.return_to.as_deref()?;
        Some(Reply::see_other(place))
    }
}
