//! A response as a browser holds it, and the forms on it.

use scraper::{Html, Selector};
use std::fmt;

/// Status, headers in order, body, and every byte that came with it.
#[derive(Clone)]
pub struct Page {
    /// The path and query that were asked for.
    pub target: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Everything of this exchange: interim responses, head, body, trailers.
    pub raw: Vec<u8>,
}

/// A form of a page with its hidden fields filled in.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: Vec<(String, String)>,
    /// The page that it is on.
    pub page: String,
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Every `Set-Cookie` line.
    pub fn set_cookies(&self) -> Vec<&str> {
        let lines = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case("set-cookie"));
        lines.map(|(_, value)| value.as_str()).collect()
    }

    /// Whether any byte of the exchange, headers included, holds this.
    pub fn holds(&self, needle: &str) -> bool {
        super::holds(&self.raw, needle) || super::holds(&self.body, needle)
    }

    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301 | 302 | 303 | 307 | 308) && self.header("location").is_some()
    }

    /// The path and query of a redirect on this site; empty where there is none.
    pub fn location(&self) -> String {
        let location = self.header("location").unwrap_or_default();
        match location.split_once("://") {
            Some((_, rest)) => rest
                .find('/')
                .map_or_else(|| "/".to_owned(), |from| rest[from..].to_owned()),
            None => location.to_owned(),
        }
    }

    /// A redirect to this path, or below it.
    pub fn leads_to(&self, path: &str) -> bool {
        let location = self.location();
        self.is_redirect()
            && location
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
    }

    /// The JSON of the body.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// The form that has a field of this name.
    pub fn form_with(&self, field: &str) -> Form {
        let forms = self.forms();
        let found = forms
            .into_iter()
            .find(|form| form.fields.iter().any(|(name, _)| name == field));
        found.unwrap_or_else(|| panic!("no form with a field `{field}`: {self:?}"))
    }

    /// Whether a form has a field of this name.
    pub fn has_field(&self, field: &str) -> bool {
        self.forms()
            .iter()
            .any(|form| form.fields.iter().any(|(name, _)| name == field))
    }

    /// The form that is sent to this path.
    pub fn form_to(&self, path: &str) -> Form {
        let found = self
            .forms()
            .into_iter()
            .find(|form| form.action.split('?').next() == Some(path));
        found.unwrap_or_else(|| panic!("no form to {path}: {self:?}"))
    }

    /// Every form sent by POST: action, and the fields with their values.
    pub fn forms(&self) -> Vec<Form> {
        let html = Html::parse_document(&self.text());
        let fields = selector("input[name], button[name], select[name], textarea[name]");
        let forms = selector("form");
        html.select(&forms)
            .filter(|form| {
                form.attr("method")
                    .is_some_and(|method| method.eq_ignore_ascii_case("post"))
            })
            .map(|form| Form {
                action: resolve(form.attr("action").unwrap_or_default(), &self.target),
                fields: form
                    .select(&fields)
                    .map(|field| {
                        let value = field.attr("value").unwrap_or_default();
                        (
                            field.attr("name").unwrap_or_default().to_owned(),
                            value.to_owned(),
                        )
                    })
                    .collect(),
                page: self.target.clone(),
            })
            .collect()
    }

    /// The text that a person reads, without the markup.
    pub fn reading(&self) -> String {
        let html = Html::parse_document(&self.text());
        let body = selector("body");
        let words: Vec<&str> = html.select(&body).flat_map(|body| body.text()).collect();
        words
            .join(" ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// What the first element that the CSS selector finds says; empty where there is none.
    pub fn words_of(&self, css: &str) -> String {
        let html = Html::parse_document(&self.text());
        let found = html.select(&selector(css)).next();
        let words: Vec<&str> = found.iter().flat_map(|element| element.text()).collect();
        let words = words.concat();
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// An attribute of the first element that the CSS selector finds.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let html = Html::parse_document(&self.text());
        html.select(&selector(css))
            .find_map(|element| element.attr(name).map(str::to_owned))
    }

    /// The `href`s and `action`s that contain this text, without repetitions.
    pub fn links(&self, part: &str) -> Vec<String> {
        let html = Html::parse_document(&self.text());
        let mut found: Vec<String> = html
            .select(&selector("[href], [action], [formaction]"))
            .filter_map(|element| {
                ["href", "action", "formaction"]
                    .iter()
                    .find_map(|name| element.attr(name))
            })
            .filter(|link| link.contains(part))
            .map(|link| resolve(link, &self.target))
            .collect();
        found.sort();
        found.dedup();
        found
    }
}

impl Form {
    /// Fills a field in, or adds one.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        match self.fields.iter_mut().find(|(key, _)| key == name) {
            Some(field) => field.1 = value.to_owned(),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Leaves a field out, such as a button that is not the one pressed.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self
    }

    /// The body in the encoding of forms.
    pub fn encode(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }
}

impl fmt::Debug for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} answered {}", self.target, self.status)?;
        for (name, value) in &self.headers {
            writeln!(formatter, "{name}: {value}")?;
        }
        let text = self.text();
        let short: String = text.chars().take(4_000).collect();
        write!(formatter, "\n{short}")
    }
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap_or_else(|error| panic!("{css}: {error}"))
}

/// A link of a page as a target on this site.
fn resolve(link: &str, page: &str) -> String {
    let path = page.split('?').next().unwrap_or_default();
    if link.is_empty() {
        return page.to_owned();
    }
    if let Some((scheme, rest)) = link.split_once("://") {
        assert!(scheme.starts_with("http"), "{link} leaves the site");
        return rest
            .find('/')
            .map_or_else(|| "/".to_owned(), |from| rest[from..].to_owned());
    }
    if link.starts_with('/') || link.starts_with("otpauth:") {
        return link.to_owned();
    }
    if link.starts_with('?') {
        return format!("{path}{link}");
    }
    let folder = path.rfind('/').map_or("", |end| &path[..end]);
    format!("{folder}/{link}")
}
