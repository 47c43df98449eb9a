//! What a request says of the form of its body, where every server reads the same.

/// A `Content-Type`, split into what rules ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentType {
    /// Type and subtype in lower case, without parameters: `application/json`.
    pub essence: String,
    pub charset: Charset,
    /// Whether it has parameters besides `charset`.
    pub has_others: bool,
}

/// In which charset a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    Unnamed,
    Utf8,
    /// Another one in which ASCII stands for itself.
    AsciiAndMore,
    /// One that the gateway does not read, or that two servers would read differently out of the field:
    /// some look for the text `charset=`, some for a parameter, some for the first of two.
    Foreign,
}

impl ContentType {
    pub fn parse(field: &str) -> Self {
        let field = field.to_ascii_lowercase();
        let mut parts = field.split(';');
        let essence = parts.next().unwrap_or_default().trim().to_owned();
        let mut charset = Charset::Unnamed;
        let mut has_others = false;
        for part in parts.filter(|part| !part.trim().is_empty()) {
            match part.split_once('=') {
                Some((name, value)) if name.trim() == "charset" => charset = known(value.trim()),
                _ => has_others = true,
            }
        }
        let mentions = field.matches("charset").count();
        if mentions > 1 || (mentions == 1 && charset == Charset::Unnamed) {
            charset = Charset::Foreign;
        }
        Self {
            essence,
            charset,
            has_others,
        }
    }

    pub fn is_multipart(&self) -> bool {
        self.essence.starts_with("multipart/")
    }

    pub fn is_form(&self) -> bool {
        self.essence == "application/x-www-form-urlencoded"
    }

    pub fn is_json(&self) -> bool {
        self.essence == "application/json" || self.essence.ends_with("+json")
    }

    /// Whether every server reads the same letters out of the same bytes.
    pub fn is_certain(&self) -> bool {
        !self.has_others && matches!(self.charset, Charset::Unnamed | Charset::Utf8)
    }
}

fn known(value: &str) -> Charset {
    let quoted = value
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    match quoted.unwrap_or(value) {
        "utf-8" | "utf8" => Charset::Utf8,
        "us-ascii" | "iso-8859-1" | "windows-1252" => Charset::AsciiAndMore,
        _ => Charset::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_fields_are_read() {
        let json = ContentType::parse("Application/JSON; Charset=\"UTF-8\"");
        assert!(json.is_json() && json.is_certain());
        assert!(ContentType::parse("application/vnd.api+json").is_json());
        let form = ContentType::parse("application/x-www-form-urlencoded;charset=ISO-8859-1");
        assert!(form.is_form() && !form.is_certain());
        assert_eq!(form.charset, Charset::AsciiAndMore);
        let parts = ContentType::parse(" multipart/form-data; boundary=x");
        assert!(parts.is_multipart() && parts.has_others);
        assert_eq!(parts.charset, Charset::Unnamed);
    }

    #[test]
    fn a_charset_that_two_servers_would_read_differently_is_foreign() {
        for parameters in [
            "charset=utf-7",
            "charset =utf-7",
            "charset\t= utf-7",
            "charset=utf-8; charset=utf-7",
            "charset=utf-7; charset=utf-8",
            "xcharset=utf-7",
            "x=\"; charset=utf-7\"",
            "charset*=utf-8''utf-7",
            "charset",
            "charset=",
            "charset='utf-8'",
            "charset=utf-8 utf-7",
            "charset=\"utf\\-7\"",
            "charset=utf-8,utf-7",
        ] {
            let field = format!("application/x-www-form-urlencoded; {parameters}");
            let parsed = ContentType::parse(&field);
            assert_eq!(parsed.charset, Charset::Foreign, "{parameters}");
        }
    }
}
