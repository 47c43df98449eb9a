//! Where a value stands on a page: for fields that a form's script adds by itself.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use scraper::Selector;
use serde::{Deserialize, Serialize};

use super::page::Page;
use super::source::{MalformedSource, css_selector, regex_pattern};

/// A place on an HTML page, written as `kind:rest`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub enum PageSource {
    /// `css:meta[name=csrf]`: attribute `content` or `value`, else the text, of the first element.
    Css(String),
    /// `text:csrf = '([^']+)'`: what the regular expression's first group captures.
    Text(String),
}

impl PageSource {
    /// What stands there; `None` for nothing, or for white space.
    pub fn find(&self, page: &Page<'_>) -> Option<String> {
        let found = match self {
            Self::Css(css) => {
                let selector = Selector::parse(css).ok()?;
                let element = page.html.select(&selector).next()?;
                let value = element.attr("content").or(element.attr("value"));
                value.map_or_else(|| element.text().collect::<String>(), str::to_owned)
            }
            Self::Text(pattern) => {
                let captures = regex_pattern(pattern).ok()?.captures(page.text)?;
                captures.get(1)?.as_str().to_owned()
            }
        };
        let found = found.trim();
        (!found.is_empty()).then(|| found.to_owned())
    }
}

impl FromStr for PageSource {
    type Err = MalformedSource;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            Some(("css", selector)) => css_selector(selector).map(Self::Css),
            Some(("text", pattern)) if regex_pattern(pattern)?.captures_len() >= 2 => {
                Ok(Self::Text(pattern.into()))
            }
            _ => Err(MalformedSource(
                "a place on the page: css:selector, or text:REGEX with a group, such as \
                 text:csrf = '([^']+)'"
                    .into(),
            )),
        }
    }
}

impl fmt::Display for PageSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Css(selector) => write!(out, "css:{selector}"),
            Self::Text(pattern) => write!(out, "text:{pattern}"),
        }
    }
}

impl TryFrom<String> for PageSource {
    type Error = MalformedSource;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PageSource> for String {
    fn from(source: PageSource) -> Self {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<meta name=csrf content=' m1 '><input name=t value=i1><b id=x> b1 </b>\
        <i></i><script>var csrf = 's1';</script>";

    #[test]
    fn values_are_found_in_attributes_texts_and_scripts() {
        let page = Page::parse(PAGE, "/", "https://crm.example.com");
        for (source, value) in [
            ("css:meta[name=csrf]", Some("m1")),
            ("css:input[name=t]", Some("i1")),
            ("css:#x", Some("b1")),
            ("text:csrf = '([^']+)'", Some("s1")),
            ("css:i", None),
            ("css:u", None),
            ("text:nonce = '([^']+)'", None),
        ] {
            let source: PageSource = source.parse().unwrap();
            assert_eq!(source.find(&page).as_deref(), value, "{source}");
        }
    }

    #[test]
    fn what_can_find_nothing_is_refused() {
        for malformed in ["csrf", "text:csrf", "text:(", "css:a[", "json:/csrf"] {
            assert!(malformed.parse::<PageSource>().is_err(), "{malformed}");
        }
    }
}
