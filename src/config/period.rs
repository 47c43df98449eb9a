//! Lengths of time, written with their units.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A length of time such as "5m", "1h30m" or "500ms". A number without a unit is an error:
/// nobody should have to guess whether it meant seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(pub Duration);

impl Period {
    /// A period of whole seconds, for defaults.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }

    /// A period of whole minutes, for defaults.
    pub const fn minutes(minutes: u64) -> Self {
        Self::seconds(minutes * 60)
    }

    /// A period of whole hours, for defaults.
    pub const fn hours(hours: u64) -> Self {
        Self::minutes(hours * 60)
    }

    /// The length of time.
    pub const fn get(self) -> Duration {
        self.0
    }

    /// Whether nothing is left of it.
    pub const fn is_zero(self) -> bool {
        self.0.is_zero()
    }
}

impl From<Period> for Duration {
    fn from(period: Period) -> Self {
        period.0
    }
}

/// Largest first, as they are printed and as they must be written.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

const EXPECTED: &str = "a duration with its unit, such as \"90s\", \"5m\" or \"1h30m\"";

impl FromStr for Period {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut rest = text;
        let mut total: u64 = 0;
        let mut smaller_than = u64::MAX;
        while !rest.is_empty() {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (number, tail) = rest.split_at(digits);
            let letters = tail.bytes().take_while(u8::is_ascii_alphabetic).count();
            let (unit, tail) = tail.split_at(letters);
            let number: u64 = number.parse().map_err(|_| EXPECTED)?;
            let &(_, millis) = UNITS
                .iter()
                .find(|(name, _)| *name == unit)
                .ok_or(EXPECTED)?;
            // "30m1h" and "5m5m" are slips of the pen rather than sums.
            if millis >= smaller_than {
                return Err(EXPECTED);
            }
            smaller_than = millis;
            total = number
                .checked_mul(millis)
                .and_then(|part| total.checked_add(part))
                .ok_or(EXPECTED)?;
            rest = tail;
        }
        if text.is_empty() {
            return Err(EXPECTED);
        }
        Ok(Self(Duration::from_millis(total)))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if rest == 0 {
            return out.write_str("0s");
        }
        // A day reads better as 24h here, where lifetimes are compared with hours.
        for (unit, millis) in UNITS.into_iter().skip(1) {
            let number = rest / millis;
            if number > 0 {
                write!(out, "{number}{unit}")?;
            }
            rest %= millis;
        }
        Ok(())
    }
}

struct PeriodVisitor;

impl Visitor<'_> for PeriodVisitor {
    type Value = Period;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Period, E> {
        text.parse()
            .map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(PeriodVisitor)
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A duration with its unit, such as \"90s\", \"5m\" or \"1h30m\".",
            "type": "string",
            "pattern": "^([0-9]+(d|h|ms|m|s))+$",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_read_as_people_write_them() {
        for (text, millis, printed) in [
            ("5m", 300_000, "5m"),
            ("90s", 90_000, "1m30s"),
            ("24h", 86_400_000, "24h"),
            ("1d", 86_400_000, "24h"),
            ("1h30m", 5_400_000, "1h30m"),
            ("500ms", 500, "500ms"),
            ("0s", 0, "0s"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.get(), Duration::from_millis(millis), "{text}");
            assert_eq!(period.to_string(), printed);
        }
    }

    #[test]
    fn what_could_be_misread_is_refused() {
        for text in [
            "",
            "5",
            "m",
            "5 m",
            "5M",
            "30m1h",
            "5m5m",
            "-5m",
            "1.5h",
            "5min",
            "99999999999999d",
        ] {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }
}
