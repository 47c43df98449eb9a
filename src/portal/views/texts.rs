//! Every text that depends on what happened, in one place.
//!
//! Errors elsewhere say whose fault it is; these say it to the user: what
//! happened, and what to do. Plain sentences, no codes, no blame.

mod activity;
mod form_problem;
mod page_problem;

pub use activity::Activity;
pub use form_problem::FormProblem;
pub use page_problem::PageProblem;

/// Longest name of an authenticator, in characters.
pub const NAME_MAX: usize = 64;

/// A sentence that may hold a name which its owner chose. The pages set the
/// name apart (`<bdi>`), so that its direction does not turn the sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentence<'a> {
    pub before: &'static str,
    pub name: Option<&'a str>,
    pub after: &'static str,
}

impl<'a> Sentence<'a> {
    fn plain(text: &'static str) -> Self {
        Self {
            before: text,
            name: None,
            after: "",
        }
    }

    fn around(before: &'static str, name: &'a str, after: &'static str) -> Self {
        Self {
            before,
            name: Some(name),
            after,
        }
    }
}

/// What a step-up is for; completes "Confirm that it is you …".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason<'a> {
    AddAuthenticator,
    AddPasskey,
    NewBackupCodes,
    /// With its friendly name.
    Remove(&'a str),
    /// A part of the application that asks for a recent factor.
    OpenPage,
}

impl<'a> Reason<'a> {
    pub fn sentence(self) -> Sentence<'a> {
        match self {
            Self::AddAuthenticator => Sentence::plain("to add an authenticator"),
            Self::AddPasskey => Sentence::plain("to add a passkey"),
            Self::NewBackupCodes => Sentence::plain("to make new backup codes"),
            Self::Remove(name) => Sentence::around("to remove “", name, "”"),
            Self::OpenPage => Sentence::plain("to open this page"),
        }
    }
}

/// What a page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Code,
    Passkey,
    BackupCode,
    Password,
}

impl Way {
    /// A link to the page that asks for it.
    pub fn choice(self) -> &'static str {
        match self {
            Self::Code => "Use a code from your authenticator app",
            Self::Passkey => "Use a passkey",
            Self::BackupCode => "Use a backup code",
            Self::Password => "Use your password",
        }
    }
}

/// What the removal of the last factor leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterLast {
    /// `policy.mfa = "optional"`
    Unprotected,
    /// `policy.mfa = "required"`
    EnrolAgain,
}

impl AfterLast {
    /// What the next sign-in will be like.
    pub fn consequence(self) -> &'static str {
        match self {
            Self::Unprotected => {
                "You stay signed in here, but your next sign-in will ask for your password only. \
                 Anyone who knows it can get into your account."
            }
            Self::EnrolAgain => {
                "You stay signed in here, but your next sign-in will ask you to set up a new one \
                 before you can go on."
            }
        }
    }
}

/// What was tried too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    Codes,
    Passwords,
}

impl Tried {
    /// In a few words.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Codes => "Too many wrong codes",
            Self::Passwords => "Too many wrong passwords",
        }
    }

    /// What follows from it, for a while.
    pub fn consequence(self) -> &'static str {
        match self {
            Self::Codes => {
                "To keep your account safe, codes are not accepted for now, not even right ones."
            }
            Self::Passwords => {
                "To keep your account safe, passwords are not accepted here for now, not even right ones."
            }
        }
    }

    /// What it means if it was somebody else.
    pub fn suspicion(self) -> &'static str {
        match self {
            Self::Codes => {
                "Whoever typed these codes knows your password. Change it as soon as you can."
            }
            Self::Passwords => {
                "Whoever typed these passwords was using your session. Sign out here, and change \
                 your password as soon as you can."
            }
        }
    }
}

/// Why there is no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    SignedOut,
    /// Lifetime or idle time is over, or the session was ended elsewhere.
    Expired,
    /// Too many wrong codes in one sign-in.
    TooManyAttempts,
    /// Too many wrong passwords at a step-up.
    TooManyPasswords,
    /// As many that the application said nothing about.
    PasswordsUnchecked,
    /// The page belongs to a sign-in, and there is none.
    NotSignedIn,
}

impl Ending {
    /// In a few words.
    pub fn heading(self) -> &'static str {
        match self {
            Self::SignedOut => "You are signed out",
            Self::Expired => "Your session has ended",
            Self::TooManyAttempts => "This sign-in has ended",
            Self::TooManyPasswords | Self::PasswordsUnchecked => "Your session has ended",
            Self::NotSignedIn => "You are not signed in",
        }
    }

    /// Why, and what it means.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::SignedOut => "You can close this window.",
            Self::Expired => {
                "To keep your account safe, sessions end after a while. Sign in again to go on."
            }
            Self::TooManyAttempts => {
                "There were too many wrong codes or passkeys. Sign in again with your password. If you \
                 use codes, check that your phone's clock is right."
            }
            Self::TooManyPasswords => {
                "There were too many wrong passwords. Sign in again with the one that you know to be \
                 right."
            }
            Self::PasswordsUnchecked => {
                "Your password couldn't be checked several times in a row. Sign in again to go on."
            }
            Self::NotSignedIn => "Sign in to open this page.",
        }
    }
}

/// The outcome of a change, said once on the page that follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice<'a> {
    /// With the authenticator's name, as in the next two.
    Added(&'a str),
    Removed(&'a str),
    Renamed(&'a str),
    OthersSignedOut,
}

impl<'a> Notice<'a> {
    pub fn sentence(self) -> Sentence<'a> {
        match self {
            Self::Added(name) => Sentence::around(
                "“",
                name,
                "” has been added. You can sign in with it from now on.",
            ),
            Self::Removed(name) => Sentence::around(
                "“",
                name,
                "” has been removed. You can delete it in your app or password manager, too.",
            ),
            Self::Renamed(name) => Sentence::around("It is now called “", name, "”."),
            Self::OthersSignedOut => Sentence::plain("Your other sessions have been signed out."),
        }
    }
}
