//! What happened to an account, line by line.

use super::Sentence;

/// One entry of *Recent security activity*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity<'a> {
    /// With the factor's name.
    SignedIn(&'a str),
    SignedInByBackupCode,
    /// Without one, because no authenticator is enrolled.
    SignedInByPassword,
    /// The sign-in has not come further: whoever it was knows the password.
    PasswordAccepted,
    SignedOut,
    /// With the factor's name.
    Confirmed(&'a str),
    ConfirmedByPassword,
    CodeRejected,
    PasskeyRejected,
    BackupCodeRejected,
    BackupCodesMade,
    /// At a step-up; what happens at the application's own sign-in is not known here.
    PasswordRejected,
    Locked,
    LockedByPasswords,
    /// The session ended because the application did not say whether passwords were right.
    EndedUnchecked,
    /// With the authenticator's name, as in the next three.
    AuthenticatorAdded(&'a str),
    AuthenticatorRemoved(&'a str),
    AuthenticatorRenamed(&'a str),
    /// Too many wrong codes in all: it stays off until somebody unlocks it.
    AuthenticatorDisabled(&'a str),
    OthersSignedOut,
    /// An administrator changed the authenticators.
    ChangedByAdministrator,
}

impl<'a> Activity<'a> {
    pub fn sentence(self) -> Sentence<'a> {
        match self {
            Self::SignedIn(name) => Sentence::around("Signed in with “", name, "”"),
            Self::SignedInByBackupCode => Sentence::plain("Signed in with a backup code"),
            Self::SignedInByPassword => Sentence::plain("Signed in with a password only"),
            Self::PasswordAccepted => Sentence::plain("Password accepted, nothing else shown"),
            Self::SignedOut => Sentence::plain("Signed out"),
            Self::Confirmed(name) => Sentence::around("Confirmed with “", name, "”"),
            Self::ConfirmedByPassword => Sentence::plain("Confirmed with the password"),
            Self::CodeRejected => Sentence::plain("Wrong code"),
            Self::PasskeyRejected => Sentence::plain("Passkey not accepted"),
            Self::BackupCodeRejected => Sentence::plain("Wrong backup code"),
            Self::BackupCodesMade => Sentence::plain("Made new backup codes"),
            Self::PasswordRejected => Sentence::plain("Wrong password when asked to confirm"),
            Self::Locked => Sentence::plain("Locked after too many wrong codes"),
            Self::LockedByPasswords => Sentence::plain("Locked after too many wrong passwords"),
            Self::EndedUnchecked => {
                Sentence::plain("Session ended, as passwords could not be checked")
            }
            Self::AuthenticatorAdded(name) => Sentence::around("Added “", name, "”"),
            Self::AuthenticatorRemoved(name) => Sentence::around("Removed “", name, "”"),
            Self::AuthenticatorRenamed(name) => Sentence::around("Renamed to “", name, "”"),
            Self::AuthenticatorDisabled(name) => Sentence::around(
                "Disabled authenticator “",
                name,
                "” after too many wrong codes",
            ),
            Self::OthersSignedOut => Sentence::plain("Signed out other sessions"),
            Self::ChangedByAdministrator => {
                Sentence::plain("An administrator changed how you sign in")
            }
        }
    }
}
