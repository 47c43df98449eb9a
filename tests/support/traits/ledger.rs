//! Who is signed in with which session of a mock application.

use crate::support::people::Person;
use crate::support::request::Request;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The start of every session id that these applications make.
pub const TRAIT_ID: &str = "TRAITID-";

/// Sessions of users and of nobody; clones share them.
#[derive(Clone, Default)]
pub struct Ledger(Arc<Mutex<Sessions>>);

#[derive(Default)]
struct Sessions {
    made: u64,
    owners: HashMap<String, Option<Person>>,
}

impl Ledger {
    /// A new session, of a user or of nobody.
    pub fn open(&self, person: Option<Person>) -> String {
        let mut ledger = self.0.lock().unwrap();
        ledger.made += 1;
        let id = format!("{TRAIT_ID}{:06}-{}", ledger.made, std::process::id());
        ledger.owners.insert(id.clone(), person);
        id
    }

    /// The session of a request's cookie, and its user.
    pub fn find(&self, request: &Request, cookie: &str) -> Option<(String, Option<Person>)> {
        let id = request.cookie(cookie)?;
        let person = *self.0.lock().unwrap().owners.get(&id)?;
        Some((id, person))
    }

    /// The user of the session in this cookie.
    pub fn user(&self, request: &Request, cookie: &str) -> Option<Person> {
        self.find(request, cookie)?.1
    }

    /// Makes this session this user's.
    pub fn give(&self, id: &str, person: Person) {
        let mut ledger = self.0.lock().unwrap();
        ledger.owners.insert(id.to_owned(), Some(person));
    }

    /// Whether there is such a session.
    pub fn has(&self, id: &str) -> bool {
        self.0.lock().unwrap().owners.contains_key(id)
    }

    /// Whose session it is now.
    pub fn owner(&self, id: &str) -> Option<Person> {
        self.0.lock().unwrap().owners.get(id).copied().flatten()
    }

    /// This user's sessions.
    pub fn of(&self, person: Person) -> Vec<String> {
        let ledger = self.0.lock().unwrap();
        let all = ledger.owners.iter();
        let theirs = all.filter(|(_, owner)| **owner == Some(person));
        theirs.map(|(id, _)| id.clone()).collect()
    }

    /// Whether this user has a session.
    pub fn knows(&self, person: Person) -> bool {
        !self.of(person).is_empty()
    }

    pub fn end(&self, id: &str) {
        self.0.lock().unwrap().owners.remove(id);
    }

    pub fn end_all_of(&self, person: Person) {
        let mut ledger = self.0.lock().unwrap();
        ledger.owners.retain(|_, owner| *owner != Some(person));
    }
}
