//! Times as people read them and as the script reads them, in UTC.

use crate::domain::clock::UnixTime;

/// Both forms of one time.
pub struct Shown {
    pub text: String,
    pub iso: String,
}

impl Shown {
    pub fn moment(&self) -> super::views::Moment<'_> {
        super::views::Moment {
            text: &self.text,
            iso: &self.iso,
        }
    }
}

pub fn show(time: UnixTime) -> Shown {
    in_words(time, time)
}

/// A time to wait for: the text is rounded up to the minute, for a time that has come by the text must
/// have come by the clock.
pub fn show_end(time: UnixTime) -> Shown {
    let minutes = time.0.saturating_add(59).div_euclid(60);
    in_words(UnixTime(minutes.saturating_mul(60)), time)
}

fn in_words(text: UnixTime, exact: UnixTime) -> Shown {
    let (Ok(words), Ok(at)) = (
        jiff::Timestamp::from_second(text.0),
        jiff::Timestamp::from_second(exact.0),
    ) else {
        return Shown {
            text: "unknown".to_owned(),
            iso: String::new(),
        };
    };
    Shown {
        text: words.strftime("%-d %b %Y, %H:%M UTC").to_string(),
        iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_for_is_never_shown_too_early() {
        let at = |seconds: i64| show_end(UnixTime(1_795_500_000 + seconds));
        assert_eq!(
            (at(0).text, at(0).iso),
            (
                "24 Nov 2026, 06:00 UTC".to_owned(),
                "2026-11-24T06:00:00Z".to_owned()
            )
        );
        assert_eq!(
            (at(1).text, at(1).iso),
            (
                "24 Nov 2026, 06:01 UTC".to_owned(),
                "2026-11-24T06:00:01Z".to_owned()
            )
        );
        assert_eq!(show(UnixTime(1_795_500_001)).text, "24 Nov 2026, 06:00 UTC");
    }
}
