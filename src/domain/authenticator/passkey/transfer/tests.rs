use super::*;
use serde_json::{Value, json};

fn entry() -> Value {
    let key = point();
    json!({
        "user": "1007",
        "credential_id": "-R85HbTJsv3g6nAYnLo_tj9Xm6YSKzOtlP8-wzAIS-Q",
        "public_key": key,
        "counter": 7,
        "transports": ["internal", "smart-card"],
        "aaguid": "08987058-cadc-4b81-b6e1-30de50dcbe96",
        "user_handle": "dXNlci0xMDA3",
        "rp_id": "crm.example.com",
    })
}

/// Of the vector `none.ES256` (WebAuthn Level 3, section 16).
fn point() -> String {
    let hex = |text: &str| -> Vec<u8> {
        let pairs = text.as_bytes().chunks(2);
        let digits = pairs.map(|pair| std::str::from_utf8(pair).unwrap());
        digits
            .map(|pair| u8::from_str_radix(pair, 16).unwrap())
            .collect()
    };
    base64url(&hex(
        "a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220",
    ))
}

fn problems(file: &Value) -> Vec<String> {
    let user_of = |raw: &str| UserId::new(raw).ok();
    let read = read(file.to_string().as_bytes(), "crm.example.com", &user_of);
    let wrong = read.err().unwrap_or_default();
    wrong.iter().map(ToString::to_string).collect()
}

fn with(field: &str, value: Value) -> Value {
    let mut entry = entry();
    entry[field] = value;
    json!([entry])
}

#[test]
fn a_user_id_is_spelt_in_one_way_and_without_blanks_around() {
    for blank in [" 1007", "1007 ", "1007\u{a0}"] {
        assert_eq!(
            problems(&with("user", blank.into())),
            ["credentials[0].user has a blank at its beginning or end"],
            "{blank:?}"
        );
    }
    let (mut one, mut other) = (entry(), entry());
    (one["user"], other["user"]) = ("Ada".into(), "ada".into());
    let folded = |raw: &str| UserId::new(raw.to_lowercase()).ok();
    let file = json!([one, other]).to_string();
    let wrong = read(file.as_bytes(), "crm.example.com", &folded).unwrap_err();
    assert_eq!(
        wrong[0].to_string(),
        "credentials[1].user is another spelling of \"Ada\", and both are one user here"
    );
}

#[test]
fn a_field_that_is_there_twice_is_not_guessed_at() {
    let twice = entry().to_string().replacen('{', "{\"user\":\"1008\",", 1);
    let user_of = |raw: &str| UserId::new(raw).ok();
    let file = format!("[{twice}]");
    let wrong = read(file.as_bytes(), "crm.example.com", &user_of).unwrap_err();
    assert!(wrong[0].to_string().contains("twice"), "{wrong:?}");
}

#[test]
fn a_list_and_an_object_are_read_and_what_was_read_is_written_the_same() {
    let user_of = |raw: &str| UserId::new(raw).ok();
    for file in [
        json!([entry()]),
        json!({ "credentials": [entry()] }),
        json!({ "stepgate_passkeys": 1, "credentials": [entry()] }),
    ] {
        let text = file.to_string();
        let arrivals = read(text.as_bytes(), "crm.example.com", &user_of).unwrap();
        let [arrival] = &arrivals[..] else {
            panic!("{arrivals:?}")
        };
        assert_eq!(
            arrival.user_handle.as_deref(),
            Some(b"user-1007".as_slice())
        );
        assert!(!arrival.credential.backup_known());
        let written = Entry::of(
            &arrival.user,
            &arrival.credential,
            "Laptop",
            arrival.aaguid,
            arrival.user_handle.as_deref(),
            Some("crm.example.com".to_owned()),
        );
        let written = serde_json::to_value(written.unwrap()).unwrap();
        for field in [
            "user",
            "credential_id",
            "public_key",
            "counter",
            "aaguid",
            "user_handle",
        ] {
            assert_eq!(written[field], entry()[field], "{field}");
        }
    }
}

#[test]
fn what_is_wrong_is_named_by_place_and_field() {
    for (file, expected) in [
        (json!("x"), "the file is neither a list"),
        (
            json!({ "stepgate_passkeys": 2, "credentials": [] }),
            "the file is of a version",
        ),
        (json!([1]), "credentials[0]: invalid type"),
        (
            with("userHandle", json!("AA")),
            "credentials[0]: unknown field `userHandle`",
        ),
        (with("user", json!("")), "credentials[0].user is no user id"),
        (with("user", json!(7)), "credentials[0]: invalid type"),
        (
            with("credential_id", json!("a/b+")),
            "credentials[0].credential_id is not",
        ),
        (
            with("credential_id", json!("")),
            "credentials[0].credential_id is not",
        ),
        (
            with("public_key", json!("gA")),
            "credentials[0].public_key is no COSE key",
        ),
        (
            with("user_handle", json!("")),
            "credentials[0].user_handle is not",
        ),
        (
            with("aaguid", json!("Windows")),
            "credentials[0].aaguid is not",
        ),
        (with("counter", json!(-1)), "credentials[0]: invalid value"),
        (
            with("name", json!("a\u{202e}b")),
            "credentials[0].name is empty",
        ),
        (
            with("rp_id", json!("example.com")),
            "credentials[0].rp_id is \"example.com\", but",
        ),
        (
            json!([entry(), with("backup_eligible", json!(false))[0], { "user": "7" }]),
            "credentials[2]: missing field",
        ),
    ] {
        let problems = problems(&file);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].starts_with(expected), "{problems:?}");
    }
    let mut two = entry();
    two["backup_eligible"] = json!(false);
    two["backup_state"] = json!(true);
    two["user_handle"] = json!("!");
    assert_eq!(problems(&json!([two])).len(), 2);
}

#[test]
fn every_number_of_a_make_is_written_as_people_know_it() {
    for text in [
        "08987058-cadc-4b81-b6e1-30de50dcbe96",
        "00000000-0000-0000-0000-00000000000f",
    ] {
        assert_eq!(uuid(parse_uuid(text).unwrap().0), text);
    }
    assert_eq!(parse_uuid("+8987058cadc4b81b6e130de50dcbe96"), None);
}
