//! Which lane a request takes. Pure: facts and session state in, verdict out.

use super::facts::Kind;
use crate::domain::session::State;

/// What the store knew of the presented token.
#[derive(Clone, Copy, Debug)]
pub enum Session<'a> {
    None,
    /// The token was replaced a moment ago and has no right.
    Replaced,
    Current(&'a State),
}

/// Which of the session's live credentials came along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// Every one that a browser sends to this path, and at least one.
    Complete,
    /// Not every one, or none: then none counts.
    Short,
}

/// What the verdict depends on.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub kind: Kind,
    pub session: Session<'a>,
    pub presented: Presented,
    /// A declared sign-in.
    pub sign_in: bool,
    /// A `GET` of a declared sign-in page.
    pub sign_in_page: bool,
    /// A public route.
    pub no_credentials: bool,
    pub upgrade: bool,
    /// Another exchange of this session is under way.
    pub leased: bool,
    /// It cannot sign in without a new cookie: session ids rotate, and it only looks at something.
    pub looks_only: bool,
}

/// The lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Settled,
    Bare,
    Undecided {
        sign_in: bool,
    },
    /// With a visitor's credentials, and streamed unless it brings a new one.
    Looking,
    /// The session ends, and the request goes on without credentials.
    EndThenBare,
    /// A factor, or an enrolment, comes first.
    FactorFirst,
    /// Another tab holds the new token: try again with it.
    TokenReplaced,
    /// A WebSocket without a settled session.
    UpgradeRefused,
}

pub fn decide(view: View<'_>) -> Verdict {
    let settled = matches!(view.session, Session::Current(state) if state.is_settled());
    if view.upgrade && !settled {
        return Verdict::UpgradeRefused;
    }
    if view.no_credentials && !view.upgrade {
        return Verdict::Bare;
    }
    let state = match view.session {
        Session::None => return Verdict::Bare,
        Session::Replaced => return Verdict::TokenReplaced,
        Session::Current(state) => state,
    };
    if view.sign_in {
        return match state {
            State::Anonymous => Verdict::Undecided { sign_in: true },
            _ => Verdict::EndThenBare,
        };
    }
    match state {
        State::Anonymous
            if view.leased && matches!(view.kind, Kind::SubResource | Kind::EventStream) =>
        {
            Verdict::Bare
        }
        State::Anonymous if view.looks_only && !view.leased => match view.presented {
            Presented::Complete => Verdict::Looking,
            Presented::Short => Verdict::Undecided { sign_in: false },
        },
        State::Anonymous => Verdict::Undecided { sign_in: false },
        State::AwaitingFactor(_) | State::AwaitingEnrolment(_) => match view.kind {
            Kind::SubResource => Verdict::Bare,
            Kind::Navigation if view.sign_in_page => Verdict::EndThenBare,
            _ => Verdict::FactorFirst,
        },
        State::PasswordOnly(_) | State::Verified(..) => match (view.presented, view.upgrade) {
            (Presented::Complete, _) => Verdict::Settled,
            (Presented::Short, true) => Verdict::UpgradeRefused,
            // What comes back may be somebody's sign-in: it is judged like a stranger's.
            (Presented::Short, false) => Verdict::Bare,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::UnixTime;
    use crate::domain::ids::UserId;
    use crate::domain::session::SignedIn;

    fn who() -> SignedIn {
        SignedIn {
            user: UserId::new("7").unwrap(),
            name: "ada".into(),
            sign_in_name: None,
            at: UnixTime(0),
        }
    }

    fn view(state: &State) -> View<'_> {
        View {
            kind: Kind::Navigation,
            session: Session::Current(state),
            presented: Presented::Complete,
            sign_in: false,
            sign_in_page: false,
            no_credentials: false,
            upgrade: false,
            leased: false,
            looks_only: false,
        }
    }

    #[test]
    fn only_a_settled_session_streams() {
        let settled = State::PasswordOnly(who());
        assert_eq!(decide(view(&settled)), Verdict::Settled);
        for state in [
            State::Anonymous,
            State::AwaitingFactor(who()),
            State::AwaitingEnrolment(who()),
        ] {
            for kind in [
                Kind::Navigation,
                Kind::Framed,
                Kind::SubResource,
                Kind::EventStream,
                Kind::Call,
            ] {
                for presented in [Presented::Complete, Presented::Short] {
                    assert_ne!(
                        decide(View {
                            kind,
                            presented,
                            ..view(&state)
                        }),
                        Verdict::Settled
                    );
                    assert_eq!(
                        decide(View {
                            kind,
                            presented,
                            upgrade: true,
                            ..view(&state)
                        }),
                        Verdict::UpgradeRefused
                    );
                }
            }
        }
    }

    #[test]
    fn a_declared_sign_in_never_rides_a_signed_in_session() {
        for state in [
            State::AwaitingFactor(who()),
            State::AwaitingEnrolment(who()),
            State::PasswordOnly(who()),
        ] {
            assert_eq!(
                decide(View {
                    sign_in: true,
                    ..view(&state)
                }),
                Verdict::EndThenBare
            );
        }
        assert_eq!(
            decide(View {
                sign_in: true,
                ..view(&State::Anonymous)
            }),
            Verdict::Undecided { sign_in: true }
        );
    }

    #[test]
    fn while_a_factor_is_awaited_nothing_but_bare_sub_resources_goes_up() {
        let state = State::AwaitingFactor(who());
        assert_eq!(
            decide(View {
                kind: Kind::SubResource,
                ..view(&state)
            }),
            Verdict::Bare
        );
        for kind in [
            Kind::Navigation,
            Kind::Framed,
            Kind::EventStream,
            Kind::Call,
        ] {
            assert_eq!(
                decide(View {
                    kind,
                    ..view(&state)
                }),
                Verdict::FactorFirst
            );
        }
        assert_eq!(
            decide(View {
                sign_in_page: true,
                ..view(&state)
            }),
            Verdict::EndThenBare
        );
    }

    #[test]
    fn a_replaced_token_never_goes_upstream_bare() {
        let state = State::Anonymous;
        assert_eq!(
            decide(View {
                session: Session::Replaced,
                ..view(&state)
            }),
            Verdict::TokenReplaced
        );
    }

    #[test]
    fn half_a_set_of_cookies_is_none() {
        let state = State::PasswordOnly(who());
        assert_eq!(
            decide(View {
                presented: Presented::Short,
                ..view(&state)
            }),
            Verdict::Bare
        );
    }

    #[test]
    fn where_ids_rotate_a_visitor_looks_around_and_nobody_else_does() {
        let looking = |state| View {
            looks_only: true,
            ..view(state)
        };
        assert_eq!(decide(looking(&State::Anonymous)), Verdict::Looking);
        let undecided = |sign_in| Verdict::Undecided { sign_in };
        for (view, verdict) in [
            (
                View {
                    sign_in: true,
                    ..looking(&State::Anonymous)
                },
                undecided(true),
            ),
            (
                View {
                    leased: true,
                    ..looking(&State::Anonymous)
                },
                undecided(false),
            ),
            (
                View {
                    presented: Presented::Short,
                    ..looking(&State::Anonymous)
                },
                undecided(false),
            ),
            (
                View {
                    upgrade: true,
                    ..looking(&State::Anonymous)
                },
                Verdict::UpgradeRefused,
            ),
            (looking(&State::AwaitingFactor(who())), Verdict::FactorFirst),
            (looking(&State::PasswordOnly(who())), Verdict::Settled),
        ] {
            assert_eq!(decide(view), verdict);
        }
    }
}
