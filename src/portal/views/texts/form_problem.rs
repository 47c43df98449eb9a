//! What can be wrong with a form.

use std::fmt;

use super::Way;

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
            | Self::BackupCodeMalformed => "backup_code",
            Self::PasskeyRefused
            | Self::PasskeyExpired
            | Self::PasskeyUnverified
            | Self::PasskeyKnown => "passkey",
        }
    }

    /// What to mend, in a few words: the link of the summary.
    pub fn fix(self) -> &'static str {
        match self {
            Self::CodeWrong | Self::CodeUsed => "Enter the next code",
            Self::CodeMissing => "Enter the code",
            Self::CodeMalformed => "Enter six digits",
            Self::FormExpired => "Enter the code again",
            Self::SecretExpired => "Scan the new QR code",
            Self::NameEmpty => "Enter a name",
            Self::NameTooLong => "Shorten the name",
            Self::NameTaken => "Choose another name",
            Self::TokenWrong => "Check the code from your administrator",
            Self::PasswordMissing => "Enter your password",
            Self::PasswordWrong(_) | Self::PasswordUnchecked | Self::PasswordTurnedAway => {
                "Enter your password again"
            }
            Self::PasswordNotOffered => "Enter a code instead",
            Self::BackupCodeWrong | Self::BackupCodeMalformed => "Check the backup code",
            Self::BackupCodeUsed => "Enter another backup code",
            Self::BackupCodeMissing => "Enter a backup code",
            Self::PasskeyRefused | Self::PasskeyExpired | Self::PasskeyUnverified => {
                "Use the passkey again"
            }
            Self::PasskeyKnown => "Use another device or key",
            Self::WayGone(_) => "Use this way instead",
        }
    }

    /// What happened.
    pub fn what(self) -> &'static str {
        match self {
            Self::CodeWrong => "That code didn't match.",
            Self::CodeUsed => "That code has already been used.",
            Self::CodeMissing => "No code was entered.",
            Self::CodeMalformed => "A code has six digits.",
            Self::FormExpired => "This page was open for too long.",
            Self::SecretExpired => "The QR code was no longer valid.",
            Self::NameEmpty => "The name is empty.",
            Self::NameTooLong => "The name is too long.",
            Self::NameTaken => "You already use this name.",
            Self::TokenWrong => "The code from your administrator isn't valid.",
            Self::PasswordMissing => "No password was entered.",
            Self::PasswordWrong(_) => "That password didn't match.",
            Self::PasswordUnchecked => "Your password couldn't be checked right now.",
            Self::PasswordTurnedAway => "No sign-ins are accepted at the moment.",
            Self::PasswordNotOffered => "A password isn't enough for this.",
            Self::BackupCodeWrong => "That backup code didn't match.",
            Self::BackupCodeUsed => "That backup code has already been used.",
            Self::BackupCodeMissing => "No backup code was entered.",
            Self::BackupCodeMalformed => "A backup code has 16 letters and digits.",
            Self::PasskeyRefused => "That passkey wasn't accepted.",
            Self::PasskeyExpired => "The passkey was asked for too long ago.",
            Self::WayGone(_) => "That way can't be used any more.",
            Self::PasskeyUnverified => "Your device didn't check that it is you.",
            Self::PasskeyKnown => "This device or key already has a passkey for your account.",
        }
    }

    /// What to do.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::CodeWrong => "Wait for the next code and check that your phone's clock is right.",
            Self::CodeUsed => "Wait for your app to show the next one, then type that.",
            Self::CodeMissing => "Type the 6-digit code from your authenticator app.",
            Self::CodeMalformed => "Type the one that your authenticator app shows now.",
            Self::FormExpired => "Type the code that your app shows now to go on.",
            Self::SecretExpired => "Scan the new one below and type its code.",
            Self::NameEmpty => "Type one that tells this from others.",
            Self::NameTooLong => "Use 64 characters or fewer.",
            Self::NameTaken => "Choose another one.",
            Self::TokenWrong => {
                "Check it, or ask for a new one: each works once and for a limited time."
            }
            Self::PasswordMissing => "Type the one that you sign in with.",
            Self::PasswordWrong(1) => {
                "Check it and type it again. You can try once more before you are signed out."
            }
            Self::PasswordWrong(2) => {
                "Check it and type it again. You can try 2 more times before you are signed out."
            }
            Self::PasswordWrong(3) => {
                "Check it and type it again. You can try 3 more times before you are signed out."
            }
            Self::PasswordWrong(_) => {
                "Check it and type it again. You can try 4 more times before you are signed out."
            }
            Self::PasswordUnchecked => "Wait a minute, then type it again.",
            Self::PasswordTurnedAway => {
                "Your password wasn't checked. Wait a few minutes, then type it again."
            }
            Self::PasswordNotOffered => "Type the 6-digit code from your authenticator app.",
            Self::BackupCodeWrong => {
                "Check it letter by letter, or use the next one on your sheet."
            }
            Self::BackupCodeUsed => "Each works once. Use the next one on your sheet.",
            Self::BackupCodeMissing => "Type one from your sheet, such as XXXX-XXXX-XXXX-XXXX.",
            Self::BackupCodeMalformed => "Type it as it stands on your sheet.",
            Self::PasskeyRefused => "Try again, or try another way.",
            Self::PasskeyExpired => "Try again now.",
            Self::WayGone(_) => "Use this one instead.",
            Self::PasskeyUnverified => {
                "Try again: it now asks for your face, finger, PIN or screen lock."
            }
            Self::PasskeyKnown => {
                "You can use it already. To add another one, use another device or key."
            }
        }
    }
}

impl fmt::Display for FormProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.what(), self.remedy())
    }
}
