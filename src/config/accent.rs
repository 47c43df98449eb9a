//! `app.accent`: the colour of what the pages want to be pressed.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A colour in sRGB, written `#2f5bd7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Accent([u8; 3]);

/// A text that is no colour.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a colour such as \"#2f5bd7\"; {0:?} is none")]
pub struct MalformedAccent(String);

impl Accent {
    /// Whether white can be read on it better than black (WCAG 2.2, relative luminance).
    pub fn is_dark(self) -> bool {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = self.0.map(linear);
        let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        // Where both contrasts, (1 + 0.05) / (l + 0.05) and (l + 0.05) / 0.05, are the same.
        luminance < 0.179
    }
}

impl FromStr for Accent {
    type Err = MalformedAccent;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let malformed = || MalformedAccent(text.to_owned());
        let digits = text.strip_prefix('#').ok_or_else(malformed)?;
        let all = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = all.then(|| u32::from_str_radix(digits, 16).ok()).flatten();
        let [_, red, green, blue] = number.ok_or_else(malformed)?.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(out, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Accent {
    type Error = MalformedAccent;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Accent> for String {
    fn from(accent: Accent) -> Self {
        accent.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_on_a_colour_can_be_read() {
        for (colour, dark) in [
            ("#000000", true),
            ("#2f5bd7", true),
            ("#b42318", true),
            ("#ffcc00", false),
            ("#FFFFFF", false),
            ("#8fd694", false),
        ] {
            assert_eq!(
                colour.parse::<Accent>().unwrap().is_dark(),
                dark,
                "{colour}"
            );
        }
    }

    #[test]
    fn nothing_but_a_colour_gets_into_the_style_sheet() {
        for text in [
            "", "red", "#fff", "2f5bd7", "#2f5bd70", "#2f5bdg", "#+f5bd7", "#2f5b;}",
        ] {
            assert!(text.parse::<Accent>().is_err(), "{text}");
        }
        assert_eq!("#2F5BD7".parse::<Accent>().unwrap().to_string(), "#2f5bd7");
    }
}
