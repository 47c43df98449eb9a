//! Sessions in memory, and the cookie that names them.
//!
//! A session begins anonymous, because the sign-in form's CSRF token needs a home, and is replaced
//! by another with a new id at sign-in, so that an id planted before it is worth nothing after it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::error::Unspecified;
use ring::rand::{SecureRandom, SystemRandom};

use super::users::{DemoUser, same_text};

/// The cookie that holds a session's id.
const COOKIE_NAME: &str = "crm_session";
/// A demo may be left open to a crawler; beyond this many, the oldest session ends.
const MOST_SESSIONS: usize = 10_000;
/// Ends the cookie at the browser.
pub(super) const EXPIRED_COOKIE: &str = "crm_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0";

/// One browser's session.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) id: String,
    /// What every form of this session carries in `csrf_token`.
    pub(super) csrf: String,
    /// Nobody, before sign-in.
    pub(super) user: Option<&'static DemoUser>,
    /// Grows with each session, so that the least is the oldest.
    age: u64,
}

impl Session {
    /// Whether a form that carries `token` came from a page of this session.
    pub(super) fn owns_form(&self, token: &str) -> bool {
        same_text(&self.csrf, token).into()
    }

    /// The `Set-Cookie` value. `Secure` is left to whoever adds TLS: the CRM itself speaks HTTP.
    pub(super) fn cookie(&self) -> String {
        format!("{COOKIE_NAME}={}; Path=/; HttpOnly; SameSite=Lax", self.id)
    }
}

/// Every session there is.
pub(super) struct Sessions {
    random: SystemRandom,
    most: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    by_id: HashMap<String, Session>,
    by_age: BTreeMap<u64, String>,
    next_age: u64,
}

impl Default for Sessions {
    #[expect(
        clippy::disallowed_methods,
        reason = "the CRM stands alone: it has no part in the gateway's source of randomness"
    )]
    fn default() -> Self {
        Self {
            random: SystemRandom::new(),
            most: MOST_SESSIONS,
            table: Mutex::default(),
        }
    }
}

impl Sessions {
    /// Begins a session, and ends the oldest where there are too many.
    pub(super) fn open(&self, user: Option<&'static DemoUser>) -> Result<Session, Unspecified> {
        let (id, csrf) = (self.token()?, self.token()?);
        let mut table = self.table();
        let age = table.next_age;
        table.next_age += 1;
        let session = Session {
            id,
            csrf,
            user,
            age,
        };
        table.by_age.insert(age, session.id.clone());
        table.by_id.insert(session.id.clone(), session.clone());
        while table.by_id.len() > self.most {
            let Some((_, oldest)) = table.by_age.pop_first() else {
                break;
            };
            table.by_id.remove(&oldest);
        }
        Ok(session)
    }

    /// The live session that the request's cookie names.
    pub(super) fn of(&self, headers: &HeaderMap) -> Option<Session> {
        let table = self.table();
        cookie_values(headers).find_map(|id| table.by_id.get(id).cloned())
    }

    /// Ends a session; one that has ended already is no error.
    pub(super) fn close(&self, session: &Session) {
        let mut table = self.table();
        table.by_age.remove(&session.age);
        table.by_id.remove(&session.id);
    }

    /// 256 random bits, as text that fits a cookie.
    fn token(&self) -> Result<String, Unspecified> {
        let mut bytes = [0u8; 32];
        self.random.fill(&mut bytes)?;
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// A panic elsewhere cannot leave the table worse than a missing session, so poison is ignored.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The values of the session cookie, wherever in however many `Cookie` fields they are.
fn cookie_values(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|field| field.to_str().ok())
        .flat_map(|field| field.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter_map(|(name, value)| (name == COOKIE_NAME).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::super::users::USERS;
    use super::*;

    fn presenting(session: &Session) -> HeaderMap {
        let value = format!("theme=dark; crm_session={}; x=1", session.id);
        HeaderMap::from_iter([(COOKIE, value.parse().unwrap())])
    }

    #[test]
    fn a_session_is_found_by_its_cookie_until_it_is_closed() {
        let sessions = Sessions::default();
        let session = sessions.open(USERS.first()).unwrap();
        let found = sessions.of(&presenting(&session)).unwrap();
        assert_eq!(found.user, USERS.first());
        assert!(found.owns_form(&session.csrf));
        assert!(!found.owns_form(""));
        sessions.close(&session);
        assert!(sessions.of(&presenting(&session)).is_none());
    }

    #[test]
    fn beyond_the_limit_the_oldest_session_ends() {
        let sessions = Sessions {
            most: 2,
            ..Sessions::default()
        };
        let [first, second, third] = [(); 3].map(|()| sessions.open(None).unwrap());
        assert!(sessions.of(&presenting(&first)).is_none());
        assert!(sessions.of(&presenting(&second)).is_some());
        assert!(sessions.of(&presenting(&third)).is_some());
    }
}
