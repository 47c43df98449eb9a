//! Every text that depends on what happened: its key in the Fluent files.
//!
//! Errors elsewhere say whose fault it is; these say it to the user: what
//! happened, and what to do. Plain sentences, no codes, no blame. A key with
//! more than one sentence has the others as attributes.

mod activity;
mod form_problem;
mod page_problem;

pub use activity::Activity;
pub use form_problem::FormProblem;
pub use page_problem::PageProblem;

/// Longest name of an authenticator, in characters.
pub const NAME_MAX: usize = 64;

/// What a step-up is for; stands within the sentence that asks for it.
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
    pub fn key(self) -> &'static str {
        match self {
            Self::AddAuthenticator => "reason-add-authenticator",
            Self::AddPasskey => "reason-add-passkey",
            Self::NewBackupCodes => "reason-new-backup-codes",
            Self::Remove(_) => "reason-remove",
            Self::OpenPage => "reason-open-page",
        }
    }

    /// For `$name`; empty where there is none in the text.
    pub fn name(self) -> &'a str {
        match self {
            Self::Remove(name) => name,
            Self::AddAuthenticator | Self::AddPasskey | Self::NewBackupCodes | Self::OpenPage => "",
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
    pub fn key(self) -> &'static str {
        match self {
            Self::Code => "way-code",
            Self::Passkey => "way-passkey",
            Self::BackupCode => "way-backup-code",
            Self::Password => "way-password",
        }
    }

    /// The heading of a challenge that asks for it, with a `lead`.
    pub fn challenge(self) -> &'static str {
        match self {
            Self::Code | Self::Password => "challenge-code",
            Self::Passkey => "challenge-passkey",
            Self::BackupCode => "challenge-backup-code",
        }
    }

    /// What a step-up says that asks for it.
    pub fn step_up(self) -> &'static str {
        match self {
            Self::Password => "step-up-password",
            Self::Passkey => "step-up-passkey",
            Self::Code | Self::BackupCode => "step-up-code",
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
    pub fn key(self) -> &'static str {
        match self {
            Self::Unprotected => "remove-last-optional",
            Self::EnrolAgain => "remove-last-required",
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
    /// A heading; the `consequence` for a while, and the `suspicion` that it was somebody else.
    pub fn key(self) -> &'static str {
        match self {
            Self::Codes => "locked-codes",
            Self::Passwords => "locked-passwords",
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
    /// A heading; the `explanation` says why, and what it means.
    pub fn key(self) -> &'static str {
        match self {
            Self::SignedOut => "ended-signed-out",
            Self::Expired => "ended-expired",
            Self::TooManyAttempts => "ended-attempts",
            Self::TooManyPasswords => "ended-passwords",
            Self::PasswordsUnchecked => "ended-unchecked",
            Self::NotSignedIn => "ended-not-signed-in",
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
    pub fn key(self) -> &'static str {
        match self {
            Self::Added(_) => "notice-added",
            Self::Removed(_) => "notice-removed",
            Self::Renamed(_) => "notice-renamed",
            Self::OthersSignedOut => "notice-others-signed-out",
        }
    }

    /// For `$name`; empty where there is none in the text.
    pub fn name(self) -> &'a str {
        match self {
            Self::Added(name) | Self::Removed(name) | Self::Renamed(name) => name,
            Self::OthersSignedOut => "",
        }
    }
}
