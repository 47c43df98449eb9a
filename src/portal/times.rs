//! Times as people read them and as the script reads them, in UTC.

use super::languages::{Language, say};
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

pub fn show(time: UnixTime, language: Language) -> Shown {
    in_words(time, time, language)
}

/// A time to wait for: the text is rounded up to the minute, for a time that has come by the text must
/// have come by the clock.
pub fn show_end(time: UnixTime, language: Language) -> Shown {
    let minutes = time.0.saturating_add(59).div_euclid(60);
    in_words(UnixTime(minutes.saturating_mul(60)), time, language)
}

fn in_words(text: UnixTime, exact: UnixTime, language: Language) -> Shown {
    let (Ok(words), Ok(at)) = (
        jiff::Timestamp::from_second(text.0),
        jiff::Timestamp::from_second(exact.0),
    ) else {
        return Shown {
            text: say(language, "date-unknown", None, &[]).into_owned(),
            iso: String::new(),
        };
    };
    let part = |format: &str| words.strftime(format).to_string();
    let month = jiff::tz::Offset::UTC.to_datetime(words).month();
    let parts = [
        ("day", part("%-d").into()),
        ("month", month.into()),
        ("year", part("%Y").into()),
        ("time", part("%H:%M").into()),
    ];
    Shown {
        text: say(language, "date-time", None, &parts).into_owned(),
        iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_to_wait_for_is_never_shown_too_early() {
        let at = |seconds: i64| show_end(UnixTime(1_795_500_000 + seconds), Language::English);
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
        let now = UnixTime(1_795_500_001);
        assert_eq!(show(now, Language::English).text, "24 Nov 2026, 06:00 UTC");
    }

    #[test]
    fn every_month_has_its_name_in_the_readers_language() {
        let all = |language| -> Vec<String> {
            let months = (0..12).map(|month| UnixTime(1_772_546_700 + month * 2_629_800));
            months.map(|time| show(time, language).text).collect()
        };
        let english = all(Language::English);
        assert_eq!(english[0], "3 Mar 2026, 14:05 UTC");
        for (text, time) in english.iter().zip(0..) {
            let at = jiff::Timestamp::from_second(1_772_546_700 + time * 2_629_800).unwrap();
            assert_eq!(*text, at.strftime("%-d %b %Y, %H:%M UTC").to_string());
        }
        let german = all(Language::German);
        assert_eq!(german[0], "3. März 2026, 14:05 UTC");
        assert_eq!(
            german
                .iter()
                .collect::<std::collections::HashSet<_>>()
                .len(),
            12
        );
        assert_eq!(show(UnixTime(i64::MAX), Language::German).text, "unbekannt");
    }
}
