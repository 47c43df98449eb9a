//! What can be wrong with a request.

use std::borrow::Cow;

use crate::portal::languages::{Language, say};

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

    /// In a few words; with what happened (`explanation`) and what to do (`action`).
    pub fn key(self) -> &'static str {
        match self {
            Self::BadRequest => "page-bad-request",
            Self::Forbidden => "page-forbidden",
            Self::FormRejected => "page-form-rejected",
            Self::EnrolmentClosed => "page-enrolment-closed",
            Self::CredentialRefused => "page-credential-refused",
            Self::RouteRefused => "page-route-refused",
            Self::NotFound => "page-not-found",
            Self::TooLarge => "page-too-large",
            Self::WrongHost => "page-wrong-host",
            Self::TooManyRequests => "page-too-many-requests",
            Self::Internal => "page-internal",
            Self::HeadTooLarge => "page-head-too-large",
            Self::ApplicationDown => "page-application-down",
            Self::ResponseTooLarge => "page-response-too-large",
            Self::IdentityUnknown => "page-identity-unknown",
            Self::Busy => "page-busy",
            Self::Unavailable => "page-unavailable",
            Self::ApplicationSlow => "page-application-slow",
        }
    }

    /// The same for programs, whose logs are in English.
    pub fn title(self) -> Cow<'static, str> {
        say(Language::English, self.key(), None, &[])
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
}
