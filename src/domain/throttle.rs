//! How often somebody may guess. The numbers of `security.md` row 8, and the pure decision.
//!
//! An attempt is counted as a failure *before* the code is looked at, in one transaction, and taken
//! back only when the code was right: parallel guesses, a crash and an abandoned request all count.

use std::time::Duration;

use super::clock::UnixTime;

/// Failures in a row after which the account must wait.
pub const FREE_FAILURES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// Failures that an account has in [`BUDGET_PERIOD`]; no success resets them.
pub const BUDGET: u32 = 33;
pub const BUDGET_PERIOD: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Failures in a row at which a factor is disabled.
pub const FACTOR_FAILURES: u32 = 20;

/// What is being guessed. Each kind is counted by itself: who knows the password may not clear wrong
/// codes with it, and who finds the browser open may not make the owner's codes wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// Counts against each of the user's authenticators as well.
    Code,
    Password,
}

impl Guess {
    /// As stores write it down.
    pub fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Password => "password",
        }
    }
}

/// What the store knows of an account before an attempt: of guesses of its kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Failures since the last success.
    pub in_a_row: u32,
    pub last_failure: Option<UnixTime>,
    /// Failures within [`BUDGET_PERIOD`].
    pub in_period: u32,
    /// When the oldest of these leaves the period.
    pub period_frees_at: Option<UnixTime>,
}

/// Whether one more attempt may be made now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    Granted,
    /// Not before this time.
    Wait(UnixTime),
}

/// Decides on one more attempt.
pub fn permit(count: &Count, now: UnixTime) -> Permit {
    if count.in_period >= BUDGET {
        return Permit::Wait(
            count
                .period_frees_at
                .unwrap_or_else(|| now.plus(BUDGET_PERIOD)),
        );
    }
    let until = count
        .last_failure
        .map(|at| at.plus(wait_after(count.in_a_row)));
    match until {
        Some(until) if until > now => Permit::Wait(until),
        _ => Permit::Granted,
    }
}

/// 30 s after the fifth failure in a row, twice as long after each further one, an hour at most.
fn wait_after(in_a_row: u32) -> Duration {
    let Some(beyond) = in_a_row.checked_sub(FREE_FAILURES) else {
        return Duration::ZERO;
    };
    FIRST_WAIT
        .saturating_mul(2_u32.saturating_pow(beyond))
        .min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(in_a_row: u32, seconds_later: i64) -> Permit {
        let count = Count {
            in_a_row,
            last_failure: Some(UnixTime(1_000)),
            in_period: in_a_row,
            period_frees_at: None,
        };
        permit(&count, UnixTime(1_000 + seconds_later))
    }

    #[test]
    fn four_failures_cost_nothing_and_the_fifth_costs_half_a_minute() {
        assert_eq!(after(4, 0), Permit::Granted);
        assert_eq!(after(5, 0), Permit::Wait(UnixTime(1_030)));
        assert_eq!(after(5, 30), Permit::Granted);
    }

    #[test]
    fn the_wait_doubles_up_to_an_hour() {
        assert_eq!(after(6, 0), Permit::Wait(UnixTime(1_060)));
        assert_eq!(after(7, 0), Permit::Wait(UnixTime(1_120)));
        assert_eq!(after(32, 0), Permit::Wait(UnixTime(4_600)));
    }

    #[test]
    fn the_budget_holds_however_long_one_waits_between() {
        let count = Count {
            in_a_row: 0,
            last_failure: None,
            in_period: 33,
            period_frees_at: Some(UnixTime(9_000)),
        };
        assert_eq!(
            permit(&count, UnixTime(5_000)),
            Permit::Wait(UnixTime(9_000))
        );
    }
}
