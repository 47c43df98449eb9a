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
    match jiff::Timestamp::from_second(time.0) {
        Ok(at) => Shown {
            text: at.strftime("%-d %b %Y, %H:%M UTC").to_string(),
            iso: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        },
        Err(_) => Shown {
            text: "unknown".to_owned(),
            iso: String::new(),
        },
    }
}
