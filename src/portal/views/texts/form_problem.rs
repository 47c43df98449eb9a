//! What can be wrong with a form.

use super::{NAME_MAX, Way};

/// A form that has to be shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormProblem {
    CodeWrong,
    CodeUsed,
    CodeMissing,
    /// Not six digits.
    CodeMalformed,
    /// The page's token is stale; what was typed was not looked at.
    FormExpired,
    /// The pending secret is gone; the page shows a new one.
    SecretExpired,
    NameEmpty,
    NameTooLong,
    NameTaken,
    /// The administrator's code.
    TokenWrong,
    PasswordMissing,
    /// With the number of attempts that are left before the session ends.
    PasswordWrong(u8),
    /// The application did not say whether it is right.
    PasswordUnchecked,
    /// The application takes no sign-in at the moment.
    PasswordTurnedAway,
    /// It was not looked at: a code is asked for.
    PasswordNotOffered,
    BackupCodeWrong,
    BackupCodeUsed,
    BackupCodeMissing,
    /// As [`Self::FormExpired`].
    BackupCodeExpired,
    /// Not sixteen letters and digits.
    BackupCodeMalformed,
    PasskeyRefused,
    /// The challenge is too old, or was answered already.
    PasskeyExpired,
    /// It was made with verification of its user, and used without.
    PasskeyUnverified,
    /// It is enrolled already.
    PasskeyKnown,
    /// What was shown is of a kind that the user has no more; this way is asked for instead.
    WayGone(Way),
}

impl FormProblem {
    /// Id of the field to mend, which is its name in the form as well.
    pub fn field(self) -> &'static str {
        match self {
            Self::CodeWrong
            | Self::CodeUsed
            | Self::CodeMissing
            | Self::CodeMalformed
            | Self::FormExpired
            | Self::SecretExpired => "code",
            Self::NameEmpty | Self::NameTooLong | Self::NameTaken => "name",
            Self::TokenWrong => "enrolment_token",
            Self::PasswordMissing
            | Self::PasswordWrong(_)
            | Self::PasswordUnchecked
            | Self::PasswordTurnedAway => "password",
            Self::PasswordNotOffered | Self::WayGone(Way::Code) => "code",
            Self::WayGone(Way::Passkey) => "passkey",
            Self::WayGone(Way::BackupCode) => "backup_code",
            Self::WayGone(Way::Password) => "password",
            Self::BackupCodeWrong
            | Self::BackupCodeUsed
            | Self::BackupCodeMissing
            | Self::BackupCodeExpired
            | Self::BackupCodeMalformed => "backup_code",
            Self::PasskeyRefused
            | Self::PasskeyExpired
            | Self::PasskeyUnverified
            | Self::PasskeyKnown => "passkey",
        }
    }

    /// What happened; with what to mend in a few words (`fix`) and what to do (`remedy`).
    pub fn key(self) -> &'static str {
        match self {
            Self::CodeWrong => "form-code-wrong",
            Self::CodeUsed => "form-code-used",
            Self::CodeMissing => "form-code-missing",
            Self::CodeMalformed => "form-code-malformed",
            Self::FormExpired => "form-expired",
            Self::SecretExpired => "form-secret-expired",
            Self::NameEmpty => "form-name-empty",
            Self::NameTooLong => "form-name-long",
            Self::NameTaken => "form-name-taken",
            Self::TokenWrong => "form-token-wrong",
            Self::PasswordMissing => "form-password-missing",
            Self::PasswordWrong(_) => "form-password-wrong",
            Self::PasswordUnchecked => "form-password-unchecked",
            Self::PasswordTurnedAway => "form-password-turned-away",
            Self::PasswordNotOffered => "form-password-not-offered",
            Self::BackupCodeWrong => "form-backup-code-wrong",
            Self::BackupCodeUsed => "form-backup-code-used",
            Self::BackupCodeMissing => "form-backup-code-missing",
            Self::BackupCodeExpired => "form-backup-code-expired",
            Self::BackupCodeMalformed => "form-backup-code-malformed",
            Self::PasskeyRefused => "form-passkey-refused",
            Self::PasskeyExpired => "form-passkey-expired",
            Self::PasskeyUnverified => "form-passkey-unverified",
            Self::PasskeyKnown => "form-passkey-known",
            Self::WayGone(_) => "form-way-gone",
        }
    }

    /// For `$count` in what to do.
    pub fn count(self) -> Option<usize> {
        match self {
            Self::PasswordWrong(left) => Some(left.into()),
            Self::NameTooLong => Some(NAME_MAX),
            _ => None,
        }
    }
}
