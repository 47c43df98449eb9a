//! What can be wrong with a request.

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
