//! The two people who can sign in to the CRM.

use ring::digest::{SHA256, digest};
use subtle::{Choice, ConstantTimeEq};

/// A person who can sign in. The passwords are public: they are printed when the demo starts.
#[derive(Debug, PartialEq, Eq)]
pub struct DemoUser {
    /// Immutable id, as `/api/me` tells it.
    pub id: &'static str,
    /// What is typed as the user name.
    pub email: &'static str,
    /// What is typed as the password.
    pub password: &'static str,
    /// The name on the pages.
    pub name: &'static str,
}

impl DemoUser {
    /// The letters of the avatar, such as `AL`.
    pub(super) fn initials(&self) -> String {
        initials(self.name)
    }
}

/// Everybody who can sign in.
pub const USERS: &[DemoUser] = &[
    DemoUser {
        id: "u_1001",
        email: "ada@example.com",
        password: "analytical-engine",
        name: "Ada Lovelace",
    },
    DemoUser {
        id: "u_1002",
        email: "grace@example.com",
        password: "compiler-1952",
        name: "Grace Hopper",
    },
];

/// The user whose email and password these are.
///
/// Takes the same time whichever part is wrong: every user is compared, and digests are compared
/// instead of the texts so that lengths do not show either.
pub(super) fn authenticate(email: &str, password: &str) -> Option<&'static DemoUser> {
    let email = email.trim().to_ascii_lowercase();
    let mut found = None;
    for user in USERS {
        let both = same_text(user.email, &email) & same_text(user.password, password);
        if bool::from(both) {
            found = Some(user);
        }
    }
    found
}

/// Whether two texts are equal, in a time that tells nothing about either.
pub(super) fn same_text(left: &str, right: &str) -> Choice {
    let left = digest(&SHA256, left.as_bytes());
    let right = digest(&SHA256, right.as_bytes());
    left.as_ref().ct_eq(right.as_ref())
}

/// The first letters of the first two words of a name.
pub(super) fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(2)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_signs_in_with_their_own_password_only() {
        let ada = authenticate("ada@example.com", "analytical-engine").unwrap();
        assert_eq!(ada.id, "u_1001");
        assert_eq!(authenticate("ada@example.com", "compiler-1952"), None);
        assert_eq!(authenticate("ada@example.com", ""), None);
        assert_eq!(authenticate("", ""), None);
    }

    #[test]
    fn case_and_blanks_around_an_email_do_not_matter() {
        let grace = authenticate("  Grace@Example.com ", "compiler-1952").unwrap();
        assert_eq!(grace.id, "u_1002");
        assert_eq!(authenticate("grace@example.com", "Compiler-1952"), None);
    }
}
