use super::*;
use crate::domain::password::Password;

const FORM_RULE: &str = "path = \"/login\"\nusername = \"form:email\"\npassword = \"form:password\"\n\
    page = \"/login\"\n";
const PAGE: &str = "<script>csrf = 'c1';</script><form><input type=hidden name=token value=t1>\
    <input name=email value=old><input type=password name=password></form>";

fn rule(toml: &str) -> SignInRule {
    toml::from_str(toml).unwrap()
}

const ORIGIN: &str = "https://crm.example.com";

fn sent(toml: &str, html: &str) -> Result<(String, String, String), Unfilled> {
    let check = PasswordCheck::of(&rule(toml)).unwrap();
    let name = SignInName::new("ada@x", check.key().clone()).unwrap();
    let filled = check.fill_in(html, ORIGIN, &name)?;
    let request = filled.with(&Password::new("p w&").unwrap()).unwrap();
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    Ok((request.method, request.target, body))
}

#[test]
fn a_form_is_sent_with_its_hidden_fields_and_those_that_a_script_would_add() {
    let fields =
        "fields = { csrf = \"text:csrf = '([^']+)'\" }\nwhen = { \"query:_task\" = \"login\" }";
    let expected = (
        "POST".to_owned(),
        "/login?_task=login".to_owned(),
        "token=t1&csrf=c1&email=ada%40x&password=p+w%26".to_owned(),
    );
    assert_eq!(sent(&format!("{FORM_RULE}{fields}"), PAGE), Ok(expected));
}

#[test]
fn json_is_sent_where_the_rule_says_json() {
    let rule = "path = \"/rpc\"\nusername = \"json:/params/1\"\npassword = \"json:/params/2\"\n\
        page = \"/\"\nmethod = \"*\"\nwhen = { \"json:/method\" = \"login\" }\n\
        fields = { \"/params/0\" = \"css:meta\" }";
    let (method, target, body) = sent(rule, "<meta content=db1>").unwrap();
    assert_eq!((method.as_str(), target.as_str()), ("POST", "/rpc"));
    assert_eq!(
        body,
        r#"{"method":"login","params":["db1","ada@x","p w&"]}"#
    );
}

#[test]
fn what_the_page_does_not_have_is_not_guessed_at() {
    let token = "fields = { csrf = \"text:nonce = '([^']+)'\" }";
    assert_eq!(sent(FORM_RULE, "<p>down</p>"), Err(Unfilled::NoForm));
    assert_eq!(
        sent(&format!("{FORM_RULE}{token}"), PAGE),
        Err(Unfilled::NoField("csrf".into()))
    );
}

#[test]
fn what_the_rule_does_not_match_is_not_sent() {
    let when = |condition: &str| sent(&format!("{FORM_RULE}when = {{ {condition} = true }}"), PAGE);
    assert_eq!(when("\"form:step\""), Err(Unfilled::NoMatch));
    assert!(when("\"form:token\"").is_ok());
    assert!(when("\"any:password\"").is_ok());
}

#[test]
fn a_field_that_some_server_takes_for_the_name_or_the_password_is_not_sent() {
    for name in [
        "Email",
        " email",
        "email[]",
        "email%5B0%5D",
        "PASSWORD",
        "password[x]",
    ] {
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
        let hidden = format!("<form><input type=hidden name='{name}' value=eve>");
        let (_, _, body) = sent(FORM_RULE, &PAGE.replace("<form>", &hidden)).unwrap();
        assert_eq!(body, "token=t1&email=ada%40x&password=p+w%26", "{name}");
    }
    let fields = "fields = { \"/U\" = \"css:input\" }";
    let json = "path = \"/l\"\nusername = \"json:/u\"\npassword = \"json:/p\"\npage = \"/\"";
    let (_, _, body) = sent(&format!("{json}\n{fields}"), "<input value=eve>").unwrap();
    assert_eq!(body, r#"{"p":"p w&","u":"ada@x"}"#);
}

#[test]
fn what_would_name_two_people_is_not_sent() {
    let query = "when = { \"query:email\" = \"eve\" }";
    assert_eq!(
        sent(&format!("{FORM_RULE}{query}"), PAGE),
        Err(Unfilled::NoMatch)
    );
    let nested = "path = \"/l\"\nusername = \"json:/a/u\"\npassword = \"json:/a/p\"\npage = \"/\"\n\
        fields = { \"/A/x\" = \"css:input\" }";
    assert_eq!(sent(nested, "<input value=eve>"), Err(Unfilled::NoMatch));
}

#[test]
fn of_several_forms_on_the_page_the_one_of_the_rule_is_sent() {
    let form = |action: &str, token: &str| {
        format!(
            "<form method=post action={action}><input type=hidden name=token value={token}>\
             <input name=email><input type=password name=password></form>"
        )
    };
    let page = format!("{}{}", form("/register", "r1"), form("/login", "l1"));
    let (_, _, body) = sent(FORM_RULE, &page).unwrap();
    assert!(body.starts_with("token=l1&"), "{body}");
    let page = format!("{page}{}", form("/login", "l2"));
    assert_eq!(sent(FORM_RULE, &page), Err(Unfilled::ManyForms));
}

#[test]
fn rules_that_say_too_little_are_told_apart() {
    let without = |key: &str| {
        let lines = FORM_RULE.lines().filter(|line| !line.starts_with(key));
        lines.map(|line| format!("{line}\n")).collect::<String>()
    };
    let with = |key: &str, line: &str| format!("{}{line}\n", without(key));
    for (toml, unfit) in [
        (without("username"), Unfit::NoUsername),
        (without("password"), Unfit::NoPassword),
        (without("page"), Unfit::NoPage),
        (with("path", "path = \"/*/login\""), Unfit::ManyPaths),
        (with("username", "username = \"json:/u\""), Unfit::Mixed),
        (with("password", "password = \"query:p\""), Unfit::Mixed),
        (with("method", "method = \"GET\""), Unfit::NoBody),
        (
            with("when", "when = { \"query:x\" = true }"),
            Unfit::UnknownQuery,
        ),
    ] {
        assert_eq!(
            PasswordCheck::of(&rule(&toml)).unwrap_err(),
            unfit,
            "{toml}"
        );
    }
}

fn typed(toml: &str, content_type: &str, body: &str) -> Option<String> {
    typed_by(&[toml], content_type, body).map(|(name, _)| name)
}

/// The name, and the place of the rule that it was typed for.
fn typed_by(toml: &[&str], content_type: &str, body: &str) -> Option<(String, usize)> {
    let path = LenientPath::new("/LOGIN/");
    let head = Head {
        method: "POST",
        path: &path,
        query: "",
    };
    let body = Body {
        content_type,
        encoding: "",
        bytes: body.as_bytes(),
    };
    let rules: Vec<_> = toml.iter().map(|toml| rule(toml)).collect();
    let checks: Vec<_> = rules.iter().flat_map(PasswordCheck::of).collect();
    let matched: Vec<_> = rules.iter().filter(|it| it.matches(head, body)).collect();
    let found = typed_name(&checks, &matched, head, body)?;
    let mut keys = rules.iter().map(RuleKey::of);
    let at = keys.position(|key| key == *found.rule()).unwrap();
    Some((found.name().to_owned(), at))
}

#[test]
fn a_name_belongs_to_the_one_rule_that_it_was_typed_for() {
    let realm = |realm: &str| format!("{FORM_RULE}when = {{ \"form:realm\" = \"{realm}\" }}");
    let (one, two) = (realm("one"), realm("two"));
    let by = |rules: &[&str], body| typed_by(rules, FORM, body);
    let both = [one.as_str(), two.as_str()];
    assert_eq!(by(&both, "email=ada&realm=one"), Some(("ada".into(), 0)));
    assert_eq!(by(&both, "email=ada&realm=two"), Some(("ada".into(), 1)));
    assert_eq!(by(&both, "email=ada&realm=one&realm=two"), None);
    // A rule that cannot be used to check a password has a say in whose name it is.
    let other = "path = \"**\"\nusername = \"form:login\"";
    assert_eq!(by(&[&one, other], "email=ada&realm=one&login=eve"), None);
    assert_eq!(by(&[&one, other], "email=ada&realm=one"), None);
    let agreed = by(&[&one, other], "email=ada&realm=one&login=ada");
    assert_eq!(agreed, Some(("ada".into(), 0)));
}

#[test]
fn the_typed_name_is_kept_as_it_was_typed() {
    let form = |body| typed(FORM_RULE, FORM, body);
    assert_eq!(form("email=Ada%40X&password=p").as_deref(), Some("Ada@X"));
    assert_eq!(form("email=a&email=a&password=p").as_deref(), Some("a"));
    for unclear in ["email=a&email=b", "email=", "password=p", ""] {
        assert_eq!(form(unclear), None, "{unclear}");
    }
    let json = "path = \"/login\"\nusername = \"json:/u\"\npassword = \"json:/p\"\npage = \"/\"";
    assert_eq!(typed(json, JSON, r#"{"u":"Ada"}"#).as_deref(), Some("Ada"));
    assert_eq!(typed(json, JSON, r#"{"u":"a","u":"b"}"#), None);
    assert_eq!(typed(json, JSON, "u=ada"), None);
}
