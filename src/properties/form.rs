//! Bodies of requests: what some application reads as a declared sign-in is one for the gateway too,
//! and the portal reads the forms of its own pages as browsers write them.

use std::sync::LazyLock;

use http::Method;

use crate::domain::matching::{Body, Head, Rule};
use crate::domain::path_glob::LenientPath;
use crate::domain::rules::SignInRule;
use crate::portal::languages::Language;
use crate::portal::{PortalRequest, PortalSession};

const FORM: &str = "application/x-www-form-urlencoded";

static FORM_RULE: LazyLock<SignInRule> =
    LazyLock::new(|| rule("path = \"/x\"\nwhen = { \"form:_task\" = \"login\" }"));
static JSON_RULE: LazyLock<SignInRule> =
    LazyLock::new(|| rule("path = \"/x\"\nwhen = { \"json:/method\" = \"login\" }"));

fn rule(text: &str) -> SignInRule {
    toml::from_str(text).expect("a rule of the properties")
}

fn counts(rule: &SignInRule, content_type: &str, bytes: &[u8]) -> bool {
    let path = LenientPath::new("/x");
    let head = Head {
        method: "POST",
        path: &path,
        query: "",
    };
    let body = Body {
        content_type,
        encoding: "",
        bytes,
    };
    rule.on_body(head, body)
}

pub fn holds_for(bytes: &[u8]) {
    if signs_in_by_form(bytes) {
        for content_type in [FORM, "", "text/plain"] {
            assert!(
                counts(&FORM_RULE, content_type, bytes),
                "a form as {content_type:?}"
            );
        }
    }
    if signs_in_by_parts(bytes) {
        assert!(
            counts(&FORM_RULE, "multipart/form-data; boundary=b", bytes),
            "parts"
        );
    }
    if signs_in_by_json(bytes) {
        for content_type in ["application/json", "", "text/plain"] {
            assert!(
                counts(&JSON_RULE, content_type, bytes),
                "JSON as {content_type:?}"
            );
        }
    }
    portal_reads(bytes);
}

/// PHP's reading, and that of applications that split at semicolons as well.
fn signs_in_by_form(bytes: &[u8]) -> bool {
    let split = |semicolons: bool| {
        bytes
            .split(move |byte| *byte == b'&' || (semicolons && *byte == b';'))
            .any(|pair| {
                let mut parts = pair.splitn(2, |byte| *byte == b'=');
                let name = parts.next().map(decoded).unwrap_or_default();
                let name: String = name.iter().map(|byte| char::from(*byte)).collect();
                let value = parts.next().map(decoded);
                let name = name.trim_start_matches(' ').replace(['.', ' '], "_");
                name == "_task" && value.as_deref() == Some(b"login")
            })
    };
    split(false) || split(true)
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_encoding::percent_decode(&spaced).collect()
}

/// A forgiving reader of parts: the name in any quotes or none, or encoded by RFC 2231.
fn signs_in_by_parts(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    text.split("\n--b").any(|part| {
        let Some((head, value)) = part.split_once("\n\n") else {
            return false;
        };
        let head = head.to_ascii_lowercase();
        let mut named = head.split("name").skip(1).map(|rest| {
            let encoded = rest.strip_prefix("*=utf-8''");
            let end = |c: char| matches!(c, '"' | '\'' | ';' | ' ' | '\n');
            match encoded {
                Some(rest) => decoded(rest.split(end).next().unwrap_or_default().as_bytes()),
                None => {
                    let rest = rest.strip_prefix('=').unwrap_or_default();
                    let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
                    rest.split(end).next().unwrap_or_default().into()
                }
            }
        });
        named.any(|name| name == b"_task") && value.trim_end_matches('\n') == "login"
    })
}

/// The last of several members counts, as most parsers have it.
fn signs_in_by_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let value = serde_json::from_slice::<serde_json::Value>(bytes);
    value.is_ok_and(|value| value.pointer("/method").and_then(|it| it.as_str()) == Some("login"))
}

/// Fields come out of the portal as they were put in, the first of a name.
fn portal_reads(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let half = text.floor_char_boundary(text.len() / 2);
    let (csrf, code) = text.split_at(half);
    let mut written = form_urlencoded::Serializer::new(String::new());
    written.append_pair("csrf", csrf).append_pair("code", code);
    let written = format!("{}&code=other", written.finish());
    let form = crate::proxy::inside::form_fields(written.as_bytes());
    let request = PortalRequest {
        method: Method::POST,
        path: "/.mfa/challenge",
        query: "",
        form,
        session: PortalSession::None,
        sign_in: None,
        from: "127.0.0.1",
        request_id: "1",
        language: Language::English,
        origin: None,
        fetch_site: None,
        fetch_dest: None,
        fetch_mode: None,
    };
    assert_eq!((request.field("csrf"), request.field("code")), (csrf, code));
    assert_eq!(request.field("password"), "");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_form_signs_in_past_the_gateway(
            before in "[a-z=&;%+]{0,12}[&;]?",
            name in "([ +]|%20){0,2}(_|\\.|%5f|%5F|%2e|\\+|%20)(t|%74)ask",
            after in "[&;]?[a-z=&;%+]{0,12}",
        ) {
            holds_for(format!("{before}{name}=login{after}").as_bytes());
        }

        #[test]
        fn no_json_does(
            before in "[ \n]{0,3}",
            key in "(method|m\\\\u0065thod|\\\\u006dethod)",
            more in "(,\"[a-z]{1,6}\":([0-9]{1,30}|1e999|\"[a-z\\\\n]{0,4}\"|\\[\\]|null)){0,3}",
        ) {
            holds_for(format!("{before}{{\"{key}\":\"login\"{more}}}").as_bytes());
            holds_for(format!("{{\"method\":\"list\",\"{key}\":\"login\"}}").as_bytes());
        }

        #[test]
        fn no_parts_do(
            quote in "[\"']?",
            spaces in "[ \t]{0,2}",
            end in "(\r\n|\n)",
        ) {
            let head = format!("--b{end}Content-Disposition: form-data;{spaces}name={quote}_task{quote}");
            holds_for(format!("x{end}{head}{end}{end}login{end}--b--").as_bytes());
            let encoded = head.replace("name=", "name*=utf-8''").replace("_task", "%5ft%61sk");
            holds_for(format!("x{end}{encoded}{end}{end}login{end}--b--").as_bytes());
        }

        #[test]
        fn no_bytes_do(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            holds_for(&bytes);
        }
    }
}
