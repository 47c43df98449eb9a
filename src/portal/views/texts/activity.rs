//! What happened to an account, line by line.

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
    pub fn key(self) -> &'static str {
        match self {
            Self::SignedIn(_) => "activity-signed-in",
            Self::SignedInByBackupCode => "activity-signed-in-backup-code",
            Self::SignedInByPassword => "activity-signed-in-password",
            Self::PasswordAccepted => "activity-password-accepted",
            Self::SignedOut => "activity-signed-out",
            Self::Confirmed(_) => "activity-confirmed",
            Self::ConfirmedByPassword => "activity-confirmed-password",
            Self::CodeRejected => "activity-code-rejected",
            Self::PasskeyRejected => "activity-passkey-rejected",
            Self::BackupCodeRejected => "activity-backup-code-rejected",
            Self::BackupCodesMade => "activity-backup-codes-made",
            Self::PasswordRejected => "activity-password-rejected",
            Self::Locked => "activity-locked",
            Self::LockedByPasswords => "activity-locked-passwords",
            Self::EndedUnchecked => "activity-ended-unchecked",
            Self::AuthenticatorAdded(_) => "activity-added",
            Self::AuthenticatorRemoved(_) => "activity-removed",
            Self::AuthenticatorRenamed(_) => "activity-renamed",
            Self::AuthenticatorDisabled(_) => "activity-disabled",
            Self::OthersSignedOut => "activity-others-signed-out",
            Self::ChangedByAdministrator => "activity-administrator",
        }
    }

    /// For `$name`; empty where there is none in the text.
    pub fn name(self) -> &'a str {
        match self {
            Self::SignedIn(name)
            | Self::Confirmed(name)
            | Self::AuthenticatorAdded(name)
            | Self::AuthenticatorRemoved(name)
            | Self::AuthenticatorRenamed(name)
            | Self::AuthenticatorDisabled(name) => name,
            _ => "",
        }
    }
}
