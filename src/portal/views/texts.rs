//! Every text that depends on what happened, in one place.
//!
//! Errors elsewhere say whose fault it is; these say it to the user: what
//! happened, and what to do. Plain sentences, no codes, no blame.

use std::fmt;

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
            Self::PasswordNotOffered => "code",
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
            Self::NameTaken => "You already have an authenticator with this name.",
            Self::TokenWrong => "The code from your administrator isn't valid.",
            Self::PasswordMissing => "No password was entered.",
            Self::PasswordWrong(_) => "That password didn't match.",
            Self::PasswordUnchecked => "Your password couldn't be checked right now.",
            Self::PasswordTurnedAway => "No sign-ins are accepted at the moment.",
            Self::PasswordNotOffered => "A password isn't enough for this.",
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
            Self::NameEmpty => "Type one that tells this authenticator from others.",
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
        }
    }
}

impl fmt::Display for FormProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.what(), self.remedy())
    }
}

/// A request that ends in an error page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageProblem {
    /// 400
    BadRequest,
    /// 403: the rules do not allow it.
    Forbidden,
    /// 403: a form came from elsewhere, or from a page that was too old.
    FormRejected,
    /// 403: no factor, and nobody may enrol one by themselves.
    EnrolmentClosed,
    /// 403: a credential that the gateway did not seal (`guard.token_inputs`, `Authorization`).
    CredentialRefused,
    /// 403: a route of `guard.refuse`, or a WebSocket without a settled session.
    RouteRefused,
    /// 404
    NotFound,
    /// 413
    TooLarge,
    /// 421: the request names a host that is not served here.
    WrongHost,
    /// 429
    TooManyRequests,
    /// 500
    Internal,
    /// 431
    HeadTooLarge,
    /// 502: the application cannot be reached or answers nonsense.
    ApplicationDown,
    /// 502: a response too large to hold back (`limits.response_spool`, `guard.no_credentials`).
    ResponseTooLarge,
    /// 503: the application does not say who is signed in (`guard.identity`).
    IdentityUnknown,
    /// 503: too many requests wait for one sign-in, or too much is held back.
    Busy,
    /// 503: something that the gateway needs is missing; it fails closed.
    Unavailable,
    /// 504
    ApplicationSlow,
}

impl PageProblem {
    /// The HTTP status that goes with the page.
    pub fn status(self) -> u16 {
        match self {
            Self::BadRequest => 400,
            Self::Forbidden
            | Self::FormRejected
            | Self::EnrolmentClosed
            | Self::CredentialRefused
            | Self::RouteRefused => 403,
            Self::NotFound => 404,
            Self::TooLarge => 413,
            Self::WrongHost => 421,
            Self::TooManyRequests => 429,
            Self::Internal => 500,
            Self::HeadTooLarge => 431,
            Self::ApplicationDown | Self::ResponseTooLarge => 502,
            Self::Unavailable | Self::IdentityUnknown | Self::Busy => 503,
            Self::ApplicationSlow => 504,
        }
    }

    /// In a few words.
    pub fn heading(self) -> &'static str {
        match self {
            Self::BadRequest => "That request can't be read",
            Self::Forbidden => "You don't have access to this",
            Self::FormRejected => "That form can't be accepted",
            Self::EnrolmentClosed => "Your account needs to be set up",
            Self::CredentialRefused => "That kind of sign-in isn't accepted here",
            Self::RouteRefused => "This way in is closed",
            Self::NotFound => "There is no page here",
            Self::TooLarge => "That is too large",
            Self::WrongHost => "This address isn't served here",
            Self::TooManyRequests => "Too many requests",
            Self::Internal => "Something went wrong",
            Self::HeadTooLarge => "That request is too large",
            Self::ApplicationDown => "The application can't be reached",
            Self::ResponseTooLarge => "This page is too large to be checked",
            Self::IdentityUnknown => "The application doesn't say who you are",
            Self::Busy => "Your sign-in is still being checked",
            Self::Unavailable => "Sign-in is unavailable right now",
            Self::ApplicationSlow => "The application takes too long to answer",
        }
    }

    /// What happened.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::BadRequest => {
                "Your browser sent something that we don't understand or don't accept."
            }
            Self::Forbidden => "This page can't be opened from here.",
            Self::FormRejected => {
                "It came from another site, or from a page that was open for too long. \
                 Nothing has been changed."
            }
            Self::EnrolmentClosed => {
                "Your account has no authenticator yet, and only an administrator can add the \
                 first one."
            }
            Self::CredentialRefused => {
                "The request carried a password or token of its own. Only a sign-in through the \
                 application's own page counts. (Operators: guard.token_inputs.)"
            }
            Self::RouteRefused => {
                "It would get around the code that signing in asks for. (Operators: guard.refuse; \
                 WebSockets need a signed-in session.)"
            }
            Self::NotFound => "The address may be mistyped, or what it led to is gone.",
            Self::TooLarge => "What your browser sent is larger than we accept.",
            Self::WrongHost => "The name in the address bar doesn't belong to this application.",
            Self::TooManyRequests => {
                "There were more requests from you or your network than we can take."
            }
            Self::Internal => "The mistake is on our side. Nothing has been changed.",
            Self::HeadTooLarge => {
                "Your browser sent more header data than we accept, most likely too many cookies."
            }
            Self::ApplicationDown => "We asked it for this page and got no usable answer.",
            Self::ResponseTooLarge => {
                "Before you are signed in, what the application answers is held back and checked, \
                 and this is more than can be held. (Operators: list public routes in \
                 guard.no_credentials, or raise limits.response_spool.)"
            }
            Self::IdentityUnknown => {
                "We asked it whose session this is and got no clear answer. To keep your account \
                 safe, we show nothing until it does. (Operators: guard.identity.)"
            }
            Self::Busy => "Too many requests are waiting for it at the same time.",
            Self::Unavailable => {
                "A system that we need to check your sign-in doesn't answer. To keep your \
                 account safe, we let nobody in until it does."
            }
            Self::ApplicationSlow => "We asked it for this page and gave up waiting.",
        }
    }

    /// Whether the application's home page is a way out. It is not where it
    /// would lead straight back here.
    pub fn offers_home(self) -> bool {
        matches!(
            self,
            Self::BadRequest
                | Self::Forbidden
                | Self::FormRejected
                | Self::CredentialRefused
                | Self::RouteRefused
                | Self::NotFound
                | Self::TooLarge
        )
    }

    /// What to do.
    pub fn action(self) -> &'static str {
        match self {
            Self::BadRequest => "Go back and try again. If that fails, start from the home page.",
            Self::Forbidden => "If you need it for your work, ask your administrator.",
            Self::FormRejected => "Go back, reload the page, and send the form again.",
            Self::EnrolmentClosed => "Ask your administrator to set you up, then sign in again.",
            Self::NotFound => "Check the address, or start from the home page.",
            Self::TooLarge => "Go back and try with a smaller file or less text.",
            Self::WrongHost => "Check the address, or use the link that you were given.",
            Self::TooManyRequests => "Wait a minute, then try again.",
            Self::CredentialRefused => "Sign in with the application's own form.",
            Self::RouteRefused => "Start from the home page.",
            Self::HeadTooLarge => "Delete this site's cookies in your browser, then sign in again.",
            Self::ResponseTooLarge => "Sign in first, then open it again.",
            Self::Internal | Self::ApplicationSlow | Self::Busy => "Wait a moment, then try again.",
            Self::ApplicationDown | Self::Unavailable | Self::IdentityUnknown => {
                "This usually passes by itself. Wait a minute, then try again."
            }
        }
    }
}

/// What a step-up is for; completes "Confirm that it is you …".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason<'a> {
    AddAuthenticator,
    /// With its friendly name.
    RemoveAuthenticator(&'a str),
    RenameAuthenticator(&'a str),
    SignOutOthers,
    /// A part of the application that asks for a recent factor.
    OpenPage,
}

impl<'a> Reason<'a> {
    pub fn sentence(self) -> Sentence<'a> {
        match self {
            Self::AddAuthenticator => Sentence::plain("to add an authenticator"),
            Self::RemoveAuthenticator(name) => Sentence::around("to remove “", name, "”"),
            Self::RenameAuthenticator(name) => Sentence::around("to rename “", name, "”"),
            Self::SignOutOthers => Sentence::plain("to sign out your other sessions"),
            Self::OpenPage => Sentence::plain("to open this page"),
        }
    }
}

/// What the removal of the last authenticator leads to.
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
                "You stay signed in here, but your next sign-in will ask you to set up a new \
                 authenticator before you can go on."
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
                "There were too many wrong codes. Sign in again with your password, and check \
                 that your phone's clock is right."
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
                "” has been added. Your next sign-in will ask for a code.",
            ),
            Self::Removed(name) => Sentence::around(
                "“",
                name,
                "” has been removed. You can delete its entry in your app, too.",
            ),
            Self::Renamed(name) => {
                Sentence::around("The authenticator is now called “", name, "”.")
            }
            Self::OthersSignedOut => Sentence::plain("Your other sessions have been signed out."),
        }
    }
}

/// One entry of *Recent security activity*.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity<'a> {
    /// With a code.
    SignedIn,
    /// Without one, because no authenticator is enrolled.
    SignedInByPassword,
    /// The sign-in has not come further: whoever it was knows the password.
    PasswordAccepted,
    SignedOut,
    Confirmed,
    ConfirmedByPassword,
    CodeRejected,
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
            Self::SignedIn => Sentence::plain("Signed in with a code"),
            Self::SignedInByPassword => Sentence::plain("Signed in with a password only"),
            Self::PasswordAccepted => Sentence::plain("Password accepted, no code entered"),
            Self::SignedOut => Sentence::plain("Signed out"),
            Self::Confirmed => Sentence::plain("Confirmed with a code"),
            Self::ConfirmedByPassword => Sentence::plain("Confirmed with the password"),
            Self::CodeRejected => Sentence::plain("Wrong code"),
            Self::PasswordRejected => Sentence::plain("Wrong password when asked to confirm"),
            Self::Locked => Sentence::plain("Locked after too many wrong codes"),
            Self::LockedByPasswords => Sentence::plain("Locked after too many wrong passwords"),
            Self::EndedUnchecked => {
                Sentence::plain("Session ended, as passwords could not be checked")
            }
            Self::AuthenticatorAdded(name) => Sentence::around("Added authenticator “", name, "”"),
            Self::AuthenticatorRemoved(name) => {
                Sentence::around("Removed authenticator “", name, "”")
            }
            Self::AuthenticatorRenamed(name) => {
                Sentence::around("Renamed an authenticator to “", name, "”")
            }
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
