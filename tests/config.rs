//! What a person who writes a configuration sees: the samples work, and everything that is
//! wrong is named at once, with its place and what to do.

use std::path::Path;
use std::time::Duration;

use stepgate::config::{
    self, Config, ConfigErrors, Database, Mfa, PasswordUse, ProblemKind, StepUpMethod,
};

const MINIMAL: &str = include_str!("../config/minimal.toml");
const SAMPLE: &str = include_str!("../config/stepgate.toml");

const BASE: &str = r#"[app]
name = "Acme CRM"
public_url = "http://localhost:8443"
[upstream]
servers = ["127.0.0.1:8000"]
[guard]
session_cookies = ["sessionid"]
[guard.identity]
whoami = { path = "/api/me", id = "json:/id", signed_out = { status = [401] } }
"#;

fn parse(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    let env = env
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .collect();
    config::parse(Path::new("crm.toml"), text, env)
}

/// What the person sees for a sound file with something added.
fn complaint(addition: &str) -> String {
    parse(&format!("{BASE}{addition}"), &[])
        .expect_err(addition)
        .to_string()
}

/// What the person sees for a sound file with something replaced.
fn complaint_for(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "{from}");
    parse(&BASE.replace(from, to), &[])
        .expect_err(to)
        .to_string()
}

#[test]
fn the_smallest_file_is_enough() {
    let config = parse(MINIMAL, &[]).unwrap();
    assert_eq!(config.app.public_url.origin(), "http://localhost:8443");
    assert_eq!(config.listen.addr, ["0.0.0.0:8443".parse().unwrap()]);
    assert_eq!(config.listen.admin, Some("127.0.0.1:9901".parse().unwrap()));
    assert_eq!(config.upstream.timeout.get(), Duration::from_secs(30));
    assert_eq!(config.policy.mfa, Mfa::Optional);
    let factors = vec![StepUpMethod::Totp, StepUpMethod::Passkey];
    assert_eq!(config.step_up.methods, Some(factors));
    assert_eq!(config.step_up.password(), PasswordUse::Never);
    assert_eq!(config.step_up.window.get(), Duration::from_secs(300));
    assert_eq!(
        config.store.database,
        Database::Sqlite("data/stepgate.db".into())
    );
    assert_eq!(config.limits.response_spool.bytes(), 8 * 1024 * 1024);
    assert!(config.guard.sign_in[0].path.matches_lenient("/LOGIN/"));
    assert!(config.guard.session_cookies.is_protected(b"sessionid"));
}

#[test]
fn the_sample_shows_every_key_and_the_defaults() {
    let sample = parse(SAMPLE, &[]).unwrap_or_else(|errors| panic!("{errors}"));
    let schema = config::schema();
    let sections = schema["$defs"].as_object().unwrap();
    for properties in sections
        .values()
        .filter_map(|s| s["properties"].as_object())
    {
        for key in properties.keys() {
            assert!(SAMPLE.contains(key.as_str()), "{key} is not in the sample");
        }
    }
    let table =
        |config: &Config| -> toml::Table { config.redacted_toml().unwrap().parse().unwrap() };
    // What a step-up can be done with depends on what the sign-in rule says.
    let rule = "username = \"form:email\"\npassword = \"form:password\"\npage = \"/login\"\n";
    let minimal = parse(&format!("{MINIMAL}{rule}"), &[]).unwrap();
    let (sample, minimal) = (table(&sample), table(&minimal));
    for section in [
        "portal", "policy", "factors", "step_up", "session", "store", "keys", "limits", "upstream",
    ] {
        assert_eq!(sample[section], minimal[section], "{section}");
    }
}

#[test]
fn what_config_show_prints_loads_again() {
    for text in [MINIMAL, SAMPLE] {
        let shown = parse(text, &[]).unwrap().redacted_toml().unwrap();
        let again = parse(&shown, &[]).unwrap_or_else(|errors| panic!("{errors}\n{shown}"));
        assert_eq!(again.redacted_toml().unwrap(), shown);
    }
}

#[test]
fn the_schema_describes_every_key() {
    let schema = config::schema();
    for (name, section) in schema["$defs"].as_object().unwrap() {
        for (key, property) in section["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].is_string(), "{name}.{key}");
        }
    }
    assert_eq!(
        schema["required"],
        serde_json::json!(["app", "upstream", "guard"])
    );
}

#[test]
fn the_environment_lies_over_the_file() {
    let config = parse(
        BASE,
        &[
            ("STEPGATE__STEP_UP__WINDOW", "2m"),
            ("STEPGATE__LISTEN__THREADS", "3"),
            ("STEPGATE__LISTEN__ADMIN", ""),
            ("STEPGATE__APP__NAME", "2024"),
            ("STEPGATE__UPSTREAM__SERVERS", "[app-1:80, \"app-2:80\"]"),
            ("STEPGATE__GUARD__SIGN_IN", "[{path=\"/login\"}]"),
            ("STEPGATE_LOG", "debug"),
            ("HOME", "/root"),
        ],
    );
    let config = config.unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(config.step_up.window.get(), Duration::from_secs(120));
    assert_eq!(config.listen.threads, 3);
    assert_eq!(config.listen.admin, None);
    assert_eq!(config.app.name, "2024");
    assert_eq!(config.upstream.servers.len(), 2);
    assert_eq!(config.guard.sign_in.len(), 1);
}

#[test]
fn a_wrong_variable_is_named() {
    let errors = parse(
        BASE,
        &[
            ("STEPGATE__STEP_UP__WINDOW", "5"),
            ("STEPGATE__APP__NMAE", "x"),
        ],
    );
    assert_eq!(
        errors.unwrap_err().to_string(),
        "STEPGATE__APP__NMAE: unknown key `app.nmae`\n    \
         did you mean `name`?\n\
         STEPGATE__STEP_UP__WINDOW: `step_up.window`: expected a duration with its unit, such as \
         \"90s\", \"5m\" or \"1h30m\", found \"5\""
    );
}

#[test]
fn a_file_that_is_not_there_is_an_error_and_not_the_defaults() {
    let errors = config::load(Path::new("/nowhere/crm.toml"), Vec::new()).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "/nowhere/crm.toml: the file cannot be read (No such file or directory (os error 2))"
    );
}

#[test]
fn everything_wrong_is_named_at_once_in_the_order_of_the_file() {
    let text = r#"[app]
nmae = "Acme CRM"
public_url = "https://crm.example.com/app"
[listen]
threads = "four"
addr = ["0.0.0.0:8443", "localhost", 7]
[upstream]
servers = []
[guard]
session_cookies = ["!x"]
[[guard.sign_in]]
path = "/login"
tokens = ["/token"]
[[guard.sign_in]]
page = "login"
[guard.identity]
whoami = { path = "api/me", id = "css:.user" }
[step_up]
window = 5
[[policy.route]]
path = "/admin/**"
"#;
    let errors = parse(text, &[]).unwrap_err();
    let seen: Vec<_> = errors
        .problems
        .iter()
        .map(|problem| (problem.line, problem.kind, problem.key.as_str()))
        .collect();
    use ProblemKind::*;
    assert_eq!(
        seen,
        [
            (1, Missing, "app.name"),
            (2, Unknown, "app.nmae"),
            (3, Wrong, "app.public_url"),
            (5, Wrong, "listen.threads"),
            (6, Wrong, "listen.addr.1"),
            (6, Wrong, "listen.addr.2"),
            (8, Wrong, "upstream.servers"),
            (10, Wrong, "guard.session_cookies"),
            (13, NotYet, "guard.sign_in.0.tokens"),
            (14, Missing, "guard.sign_in.1.path"),
            (15, Wrong, "guard.sign_in.1.page"),
            (17, Missing, "guard.identity.whoami.signed_out"),
            (17, Wrong, "guard.identity.whoami.path"),
            (17, Wrong, "guard.identity.whoami.id"),
            (19, Wrong, "step_up.window"),
            (20, NotYet, "policy.route"),
        ],
        "{errors}"
    );
}

#[test]
fn syntax_errors_have_their_place() {
    assert_eq!(
        parse("[app\nname = \"x\"\n", &[]).unwrap_err().to_string(),
        "crm.toml:1:5: unclosed table, expected `]`"
    );
    assert_eq!(
        complaint_for("name = \"Acme CRM\"", "name = \"a\"\nname = \"b\""),
        "crm.toml:3:1: duplicate key"
    );
}

#[test]
fn an_unknown_key_is_an_error_with_the_nearest_known_one() {
    assert_eq!(
        complaint("[step_up]\nwindwo = \"5m\"\n"),
        "crm.toml:11:1: unknown key `step_up.windwo`\n    did you mean `window`?"
    );
    assert_eq!(
        complaint("[lisen]\nthreads = 1\n"),
        "crm.toml:10:2: unknown key `lisen`\n    did you mean `listen`?"
    );
    assert_eq!(
        complaint("[keys]\nrotation = true\n"),
        "crm.toml:11:1: unknown key `keys.rotation`\n    the keys here are file"
    );
    assert_eq!(
        complaint("[factors.totp]\ndigits = 8\n"),
        "crm.toml:11:1: unknown key `factors.totp.digits`\n    this section has no keys"
    );
}

#[test]
fn a_number_without_a_unit_is_not_guessed_at() {
    assert_eq!(
        complaint("[step_up]\nwindow = 5\n"),
        "crm.toml:11:10: `step_up.window`: expected a duration with its unit, such as \"90s\", \
         \"5m\" or \"1h30m\", found 5"
    );
    assert_eq!(
        complaint("[limits]\nspool_total = \"8MB\"\n"),
        "crm.toml:11:15: `limits.spool_total`: expected a size with its unit, such as \"64KiB\" \
         or \"8MiB\", found \"8MB\""
    );
    assert_eq!(
        complaint("[limits]\nlease_wait = \"0s\"\n"),
        "crm.toml:11:14: `limits.lease_wait`: expected a duration longer than zero, found \"0s\""
    );
}

#[test]
fn a_step_up_never_lasts_longer_than_five_minutes() {
    assert_eq!(
        complaint("[step_up]\nwindow = \"10m\"\n"),
        "crm.toml:11:10: `step_up.window`: expected a duration of at most \"5m\", found \"10m\"\n    \
         within the window anybody at the open browser can change the factors"
    );
}

/// A sign-in that the gateway can make itself.
const SIGN_IN: &str = "[[guard.sign_in]]\npath = \"/login\"\nusername = \"form:email\"\n\
    password = \"form:password\"\npage = \"/login\"\n";

#[test]
fn the_password_is_offered_where_a_rule_says_how_to_check_it() {
    let step_up = |addition: &str| {
        let config = parse(&format!("{BASE}{addition}"), &[]);
        let config = config.unwrap_or_else(|errors| panic!("{addition}: {errors}"));
        let methods = config.step_up.methods.clone().unwrap();
        (
            methods,
            config.step_up.password(),
            config.password_checks().len(),
        )
    };
    use StepUpMethod::{Passkey, Password, Totp};
    let with = |section: &str| step_up(&format!("{SIGN_IN}[step_up]\n{section}\n"));
    assert_eq!(step_up(""), (vec![Totp, Passkey], PasswordUse::Never, 0));
    let all = vec![Password, Totp, Passkey];
    assert_eq!(with(""), (all.clone(), PasswordUse::Always, 1));
    assert_eq!(
        with("password = \"bootstrap\""),
        (all, PasswordUse::Bootstrap, 1)
    );
    assert_eq!(
        with("password = \"never\""),
        (vec![Totp, Passkey], PasswordUse::Never, 0)
    );
    assert_eq!(
        with("methods = [\"totp\"]"),
        (vec![Totp], PasswordUse::Never, 0)
    );
    assert_eq!(
        with("methods = [\"password\"]"),
        (vec![Password], PasswordUse::Always, 1)
    );
}

#[test]
fn a_password_that_nobody_could_check_is_refused_with_what_to_do() {
    assert_eq!(
        complaint("[step_up]\nmethods = [\"totp\", \"password\"]\n"),
        "crm.toml:11:20: `step_up.methods.1`: expected a [[guard.sign_in]] with username, password \
         and page, found \"password\"\n    \
         the gateway checks a password by signing in with it: say username = \"form:…\", \
         password = \"form:…\" and page = \"/…\" (see config/stepgate.toml)"
    );
    let rule = SIGN_IN.replace("page = \"/login\"\n", "");
    let complaint_of = complaint(&format!("{rule}[step_up]\npassword = \"bootstrap\"\n"));
    assert!(
        complaint_of
            .starts_with("crm.toml:15:12: `step_up.password`: expected a [[guard.sign_in]]")
            && complaint_of.ends_with("\n    guard.sign_in.0: it has no `page`"),
        "{complaint_of}"
    );
    let rule = SIGN_IN.replace("form:password", "query:password");
    let complaint_of = complaint(&format!("{rule}[step_up]\npassword = \"always\"\n"));
    assert!(
        complaint_of.contains("not both fields of a form"),
        "{complaint_of}"
    );
}

#[test]
fn a_step_up_that_nobody_could_make_is_refused() {
    let step_up = |section: &str| complaint(&format!("{SIGN_IN}[step_up]\n{section}\n"));
    assert_eq!(
        step_up("methods = [\"password\"]\npassword = \"bootstrap\""),
        "crm.toml:16:11: `step_up.methods`: expected \"totp\" or \"passkey\" among the methods, found [\"password\"]\n    \
         with step_up.password = \"bootstrap\" nothing is left once a factor is enrolled"
    );
    assert_eq!(
        step_up("methods = [\"password\"]\npassword = \"never\""),
        "crm.toml:16:11: `step_up.methods`: expected \"totp\" or \"passkey\" among the methods, found [\"password\"]\n    \
         step_up.password = \"never\" leaves nothing else"
    );
    assert_eq!(
        step_up("methods = [\"totp\"]\npassword = \"always\""),
        "crm.toml:17:12: `step_up.password`: expected \"never\", as step_up.methods lacks \
         \"password\", found \"always\"\n    add \"password\" to step_up.methods"
    );
    assert!(
        step_up("password = \"sometimes\"").contains("\"always\" or \"bootstrap\" or \"never\"")
    );
    assert!(step_up("password = 1").contains("expected a string, found 1"));
}

#[test]
fn fields_say_where_they_are_found_and_belong_to_a_password() {
    let rule = |fields: &str| complaint(&format!("{SIGN_IN}fields = {fields}\n"));
    assert!(rule("{ t = \"x\" }").contains(
        "`guard.sign_in.0.fields.t`: expected a place on the page: css:selector, or text:REGEX with a group"
    ));
    assert!(rule("[\"text:(x)\"]").contains("expected a table such as { csrf_token ="));
    let alone = complaint("[[guard.sign_in]]\npath = \"/login\"\nfields = { t = \"text:(x)\" }\n");
    assert!(
        alone.contains("`guard.sign_in.0.fields`: expected none, or username, password and page"),
        "{alone}"
    );
}

#[test]
fn wrong_words_are_refused_with_the_right_ones() {
    assert_eq!(
        complaint("[policy]\nmfa = \"require\"\n"),
        "crm.toml:11:7: `policy.mfa`: expected \"optional\" or \"required\", found \"require\"\n    \
         did you mean \"required\"?"
    );
    assert_eq!(
        complaint("[policy]\nmfa = 1\n"),
        "crm.toml:11:7: `policy.mfa`: expected a string, found 1"
    );
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(
        complaint_for("name = \"Acme CRM\"\n", ""),
        "crm.toml:1:2: `app.name` is missing: expected the application's name, as people know it"
    );
    assert_eq!(
        parse("", &[]).unwrap_err().to_string(),
        "crm.toml: `app` is missing: expected a section [app] with name and public_url\n\
         crm.toml: `upstream` is missing: expected a section [upstream] with servers\n\
         crm.toml: `guard` is missing: expected a section [guard] with session_cookies and identity"
    );
    assert_eq!(
        complaint_for(", signed_out = { status = [401] }", ""),
        "crm.toml:9:1: `guard.identity.whoami.signed_out` is missing: expected at least one of \
         status, location, css, text, json\n    \
         for example signed_out = { status = [401] }"
    );
}

#[test]
fn plain_http_is_for_this_machine_or_behind_a_proxy() {
    let local = "http://localhost:8443";
    assert_eq!(
        complaint_for(local, "http://crm.example.com"),
        "crm.toml:3:14: `app.public_url`: expected an https:// origin, unless the host is this \
         machine (localhost, 127.0.0.1), found \"http://crm.example.com\"\n    \
         set listen.tls, or end TLS at a proxy and name it in listen.trusted_proxies"
    );
    assert_eq!(
        complaint_for(local, "https://crm.example.com"),
        "crm.toml: `listen.tls` is missing: expected a certificate and a key, as app.public_url \
         is https\n    \
         set listen.tls = { cert = \"cert.pem\", key = \"key.pem\" }, or name the proxy that ends \
         TLS in listen.trusted_proxies"
    );
    let behind = "\n[listen]\ntrusted_proxies = [\"10.0.0.0/8\"]\n";
    let text = BASE.replace(local, "https://crm.example.com") + behind;
    assert!(parse(&text, &[]).is_ok());
    assert_eq!(
        complaint_for(local, "https://crm.example.com/app"),
        "crm.toml:3:14: `app.public_url`: expected an origin such as https://crm.example.com, \
         without a path, found \"https://crm.example.com/app\""
    );
}

#[test]
fn certificates_are_files_that_exist() {
    let folder = tempfile::tempdir().unwrap();
    let cert = folder.path().join("cert.pem");
    std::fs::write(&cert, "").unwrap();
    let url = BASE.replace("http://localhost:8443", "https://crm.example.com");
    let cert = cert.display();
    let text = format!("{url}[listen]\ntls = {{ cert = \"{cert}\", key = \"/none/key.pem\" }}\n");
    let column = format!("tls = {{ cert = \"{cert}\", key = ").len() + 1;
    assert_eq!(
        parse(&text, &[]).unwrap_err().to_string(),
        format!(
            "crm.toml:11:{column}: `listen.tls.key`: expected a file that exists, found \
             \"/none/key.pem\"\n    relative paths begin at the working directory"
        )
    );
    let text = text.replace("/none/key.pem", &cert.to_string());
    assert!(parse(&text, &[]).is_ok());
}

#[test]
fn addresses_and_networks_say_how_they_are_written() {
    assert_eq!(
        complaint("[listen]\naddr = [\"localhost:8443\"]\n"),
        "crm.toml:11:9: `listen.addr.0`: expected an IP address and a port, such as \
         \"127.0.0.1:8443\", found \"localhost:8443\""
    );
    assert_eq!(
        complaint("[listen]\ntrusted_proxies = [\"10.0.0.1\"]\n"),
        "crm.toml:11:20: `listen.trusted_proxies.0`: expected a network such as \"10.0.0.0/8\", or \
         \"10.0.0.7/32\" for one address, found \"10.0.0.1\""
    );
    assert_eq!(
        complaint("[listen]\nadmin = \"0.0.0.0:8443\"\n"),
        "crm.toml:11:9: `listen.admin`: expected an address that is not in listen.addr, found \
         \"0.0.0.0:8443\"\n    0.0.0.0:8443 is public; health and readiness belong to a private address"
    );
    assert_eq!(
        complaint_for("\"127.0.0.1:8000\"", "\"http://app:80\""),
        "crm.toml:5:12: `upstream.servers.0`: expected a server as \"host:port\", such as \
         \"127.0.0.1:8000\", found \"http://app:80\""
    );
}

#[test]
fn paths_globs_patterns_and_selectors_must_make_sense() {
    let sign_in = |rule: &str| complaint(&format!("[[guard.sign_in]]\n{rule}\n"));
    assert_eq!(
        sign_in("path = \"/login?x=1\""),
        "crm.toml:11:8: `guard.sign_in.0.path`: expected a clean path: decoded, without a query, \
         parameters or empty segments, found \"/login?x=1\""
    );
    assert_eq!(
        sign_in("path = \"**\""),
        "crm.toml:11:8: `guard.sign_in.0.path`: expected a path of its own, or a condition in \
         `when`, found \"**\"\n    without a condition every request would be a sign-in"
    );
    assert_eq!(
        sign_in("path = \"/login\"\nusername = \"email\""),
        "crm.toml:12:12: `guard.sign_in.0.username`: expected a request field: query:name, \
         form:name, json:/pointer or any:name, found \"email\""
    );
    assert_eq!(
        sign_in("path = \"/login\"\nwhen = { \"form:x\" = 1 }"),
        "crm.toml:12:21: `guard.sign_in.0.when.form:x`: expected the string that the field must \
         be, or true for any value, found 1"
    );
    assert_eq!(
        complaint_for("status = [401]", "text = \"(\""),
        "crm.toml:9:69: `guard.identity.whoami.signed_out.text`: expected a regular expression \
         (unclosed group), found \"(\""
    );
    assert!(complaint_for("status = [401]", "css = \"a[\"").contains(
        "crm.toml:9:68: `guard.identity.whoami.signed_out.css`: expected a CSS selector ("
    ));
    assert_eq!(
        complaint_for("[401]", "[401, 42]"),
        "crm.toml:9:77: `guard.identity.whoami.signed_out.status.1`: expected a status code from \
         200 to 599, found 42"
    );
    assert_eq!(
        complaint("[portal]\nsecurity_page = \"/.mfa/security\"\n"),
        "crm.toml:11:17: `portal.security_page`: expected a path outside of portal.path, and not \
         around it, found \"/.mfa/security\"\n    portal.path is \"/.mfa\""
    );
}

#[test]
fn a_name_on_a_page_is_no_user_id() {
    let json = "id = \"json:/id\"";
    assert_eq!(
        complaint_for(json, "id = \"css:.user\""),
        "crm.toml:9:35: `guard.identity.whoami.id`: expected json:/pointer or header:Name, or \
         id_is_unique = true beside it, found \"css:.user\"\n    \
         what a page shows may be a name that somebody else can take; use it as `name`"
    );
    let sure = BASE.replace(json, "id = \"css:.user\", id_is_unique = true");
    assert!(parse(&sure, &[]).is_ok());
    assert_eq!(
        complaint_for(json, "id = \"text:Logout\", id_is_unique = true"),
        "crm.toml:9:35: `guard.identity.whoami.id`: expected a regular expression with a group, \
         such as text:Hello, ([^<]+), found \"text:Logout\""
    );
}

/// A sound file with another `[guard.identity]`, and with a sign-in that has a user name.
fn identity(lines: &str) -> String {
    let (start, _) = BASE.split_once("[guard.identity]").unwrap();
    let start = start.replace("\"sessionid\"", "\"sessionid\", \"auth_*\"");
    format!(
        "{start}[[guard.sign_in]]\npath = \"/login\"\nusername = \"form:u\"\n[guard.identity]\n{lines}\n"
    )
}

/// Key, what is said of it, for every problem of the file.
fn problems(text: &str) -> Vec<(String, String)> {
    let errors = parse(text, &[]).map_or_else(|errors| errors.problems, |_| Vec::new());
    let said = errors.into_iter();
    said.map(|problem| (problem.key.clone(), problem.to_string()))
        .collect()
}

const PRESENCE: &str =
    "path = \"/me\", signed_out = { status = [401] }, present = { css = \".me\" }";

#[test]
fn every_form_of_evidence_is_taken() {
    for lines in [
        "whoami = { path = \"/me\", id = \"cookie:auth_u#^(.+)$\", signed_out = { status = [401] } }".to_owned(),
        "signed_in_cookie = \"auth_*\"\nuser = \"cookie:auth_u#^([^|]+)\"".to_owned(),
        "signed_in_cookie = \"sessionid\"\nuser = \"single:admin\"".to_owned(),
        format!("whoami = {{ {PRESENCE}, name = \"sign_in\", id = \"header:X-Id\" }}"),
        format!("rotation = \"trust\"\nwhoami = {{ {PRESENCE}, id = \"single:admin\" }}"),
        format!("user = \"cookie:auth_u#(.+)\"\nwhoami = {{ {PRESENCE} }}"),
        format!("signed_in_cookie = \"auth_*\"\nuser = \"single:admin\"\nwhoami = {{ {PRESENCE} }}"),
        format!("signed_in_cookie = \"auth_*\"\nwhoami = {{ {PRESENCE}, id = \"json:/id\" }}"),
    ] {
        let config = parse(&identity(&lines), &[]);
        let config = config.unwrap_or_else(|errors| panic!("{lines}: {errors}"));
        let shown = config.redacted_toml().unwrap();
        let again = parse(&shown, &[]).unwrap_or_else(|errors| panic!("{errors}\n{shown}"));
        assert_eq!(again.redacted_toml().unwrap(), shown);
    }
}

#[test]
fn evidence_that_nobody_could_rely_on_is_refused() {
    let out = "path = \"/me\", signed_out = { status = [401] }";
    for (lines, key, sentence) in [
        (
            "".to_owned(),
            "guard.identity.whoami",
            "is missing: expected a table with path, id and signed_out, or signed_in_cookie with user",
        ),
        (
            "signed_in_cookie = \"auth_*\"".to_owned(),
            "guard.identity.user",
            "is missing: expected cookie:name#REGEX, sign_in or single:NAME",
        ),
        (
            "user = \"single:admin\"".to_owned(),
            "guard.identity.signed_in_cookie",
            "is missing: expected the cookie that is set while somebody is signed in, or whoami",
        ),
        (
            "signed_in_cookie = \"login\"\nuser = \"single:admin\"".to_owned(),
            "guard.identity.signed_in_cookie",
            "expected a cookie that guard.session_cookies protects, found \"login\"",
        ),
        (
            "signed_in_cookie = \"auth*\"\nuser = \"single:admin\"".to_owned(),
            "guard.identity.signed_in_cookie",
            "expected a cookie that guard.session_cookies protects",
        ),
        (
            "signed_in_cookie = \"a b\"\nuser = \"single:admin\"".to_owned(),
            "guard.identity.signed_in_cookie",
            "expected the name of a cookie, or a glob such as auth_*, found \"a b\"",
        ),
        (
            "signed_in_cookie = \"auth_*\"\nuser = \"cookie:login#(.+)\"".to_owned(),
            "guard.identity.user",
            "expected a cookie that guard.session_cookies protects",
        ),
        (
            "signed_in_cookie = \"auth_*\"\nuser = \"cookie:auth_u#.+\"".to_owned(),
            "guard.identity.user",
            "expected a regular expression with a group",
        ),
        (
            "signed_in_cookie = \"auth_*\"\nuser = \"json:/id\"".to_owned(),
            "guard.identity.user",
            "expected cookie:name#REGEX, sign_in or single:NAME, found \"json:/id\"",
        ),
        (
            format!("user = \"single:admin\"\nwhoami = {{ {PRESENCE}, id = \"json:/id\" }}"),
            "guard.identity.user",
            "expected nothing, as whoami has an id",
        ),
        (
            format!("whoami = {{ {PRESENCE} }}"),
            "guard.identity.whoami.id",
            "is missing: expected a source such as \"json:/id\", or guard.identity.user",
        ),
        (
            format!("whoami = {{ {out}, id = \"single:admin\" }}"),
            "guard.identity.whoami.present",
            "is missing: expected at least one of status, location, css, text, json",
        ),
        (
            format!("user = \"cookie:auth_u#(.+)\"\nwhoami = {{ {out} }}"),
            "guard.identity.whoami.present",
            "is missing",
        ),
        (
            format!("whoami = {{ {PRESENCE}, id = \"json:/id\", name = \"cookie:login#(.+)\" }}"),
            "guard.identity.whoami.name",
            "expected a cookie that guard.session_cookies protects",
        ),
        (
            format!("whoami = {{ {PRESENCE}, id = \"single:\" }}"),
            "guard.identity.whoami.id",
            "expected a source: json:/pointer",
        ),
    ] {
        let found = problems(&identity(&lines));
        assert_eq!(found.len(), 1, "{lines}: {found:?}");
        assert_eq!(found[0].0, key, "{lines}: {found:?}");
        assert!(found[0].1.contains(sentence), "{lines}: {found:?}");
    }
}

#[test]
fn a_typed_name_is_no_user_id_where_people_enrol_themselves() {
    let refused = "expected another source, as policy.mfa is not \"required\" or policy.enrolment is \"open\"";
    let typed = "signed_in_cookie = \"auth_*\"\nuser = \"sign_in\"";
    let asked = format!("whoami = {{ {PRESENCE}, id = \"sign_in\" }}");
    for (lines, key) in [
        (typed, "guard.identity.user"),
        (asked.as_str(), "guard.identity.whoami.id"),
    ] {
        for policy in ["", "[policy]\nmfa = \"required\"\n"] {
            let found = problems(&format!("{}{policy}", identity(lines)));
            assert_eq!(found.len(), 1, "{lines}: {found:?}");
            assert!(
                found[0].0 == key && found[0].1.contains(refused),
                "{found:?}"
            );
        }
    }
    let trusted = problems(&identity(&format!("{typed}\nrotation = \"trust\"")));
    assert!(
        trusted
            .iter()
            .any(|(key, said)| key == "guard.identity.rotation"
                && said.contains("expected \"ask\", as the user is known by the typed name only")),
        "{trusted:?}"
    );
    let sound = format!(
        "{}[policy]\nmfa = \"required\"\nenrolment = \"closed\"\n",
        identity(typed)
    );
    assert_eq!(problems(&sound), []);
    let nameless = identity(&format!(
        "whoami = {{ {PRESENCE}, id = \"json:/id\", name = \"sign_in\" }}"
    ));
    let nameless = nameless.replace("username = \"form:u\"\n", "");
    let found = problems(&nameless);
    assert!(
        found[0]
            .1
            .contains("expected another source, or [[guard.sign_in]] sections with `username`"),
        "{found:?}"
    );
    let found = problems(&identity(typed).replace("username = \"form:u\"\n", ""));
    assert!(
        found
            .iter()
            .any(|(key, _)| key == "guard.sign_in.0.username"),
        "{found:?}"
    );
}

#[test]
fn what_does_nothing_yet_is_refused_and_never_ignored() {
    for (addition, key) in [
        ("[[policy.route]]\npath = \"/admin/**\"", "`policy.route`"),
        (
            "[policy]\nminimum = \"phishing_resistant\"",
            "`policy.minimum` = \"phishing_resistant\"",
        ),
        ("[portal]\nhost = \"mfa.example.com\"", "`portal.host`"),
        (
            "[store]\ndatabase = \"postgres://db/stepgate\"",
            "`store.database` = \"postgres://db/stepgate\"",
        ),
        (
            "[store]\nsessions = \"redis://cache\"",
            "`store.sessions` = \"redis://cache\"",
        ),
        (
            "[[guard.sign_in]]\npath = \"/login\"\nscript = true",
            "`guard.sign_in.0.script`",
        ),
    ] {
        let complaint = complaint(addition);
        let sentence = format!("{key} is not available in this version of Stepgate");
        assert!(complaint.contains(&sentence), "{addition}: {complaint}");
        assert!(
            !complaint.contains("\ncrm.toml"),
            "one problem: {complaint}"
        );
    }
}

#[test]
fn what_asks_for_nothing_is_let_through() {
    let sound = "[[guard.sign_in]]\npath = \"/login\"\nscript = false\ntokens = []\nfields = {}\n\
                 [factors.totp]\n[policy]\nroute = []\nenrolment = \"open\"\nminimum = \"any\"\n";
    let config = parse(&format!("{BASE}{sound}"), &[]);
    assert!(config.is_ok(), "{}", config.unwrap_err());
}

#[test]
fn cookies_from_other_sites_need_https() {
    assert_eq!(
        complaint("[session]\nsame_site = \"none\"\n"),
        "crm.toml:11:13: `session.same_site`: expected \"lax\", as app.public_url is plain HTTP, \
         found \"none\"\n    browsers drop SameSite=None cookies that are not Secure"
    );
    assert_eq!(
        complaint("[session]\nlifetime = \"30m\"\nidle = \"1h\"\n"),
        "crm.toml:12:8: `session.idle`: expected at most session.lifetime, found \"1h\"\n    \
         session.lifetime is \"30m\""
    );
}

#[test]
fn a_list_is_never_taken_for_a_section() {
    assert_eq!(
        parse(&format!("policy = [\"required\"]\n{BASE}"), &[])
            .unwrap_err()
            .to_string(),
        "crm.toml:1:10: `policy`: expected a table, found [\"required\"]"
    );
    assert_eq!(
        complaint("[listen]\ntls = [\"cert.pem\", \"key.pem\"]\n"),
        "crm.toml:11:7: `listen.tls`: expected { cert = \"cert.pem\", key = \"key.pem\" }, found \
         [\"cert.pem\", \"key.pem\"]"
    );
}

#[test]
fn variables_that_name_no_key_are_errors_too() {
    let errors = parse(
        BASE,
        &[
            ("STEPGATE__", "3"),
            ("STEPGATE__LISEN__THREADS", "1"),
            ("STEPGATE__APP", "5"),
            ("STEPGATE__GUARD__SIGN_IN__0__PATH", "/login"),
        ],
    );
    let errors = errors.unwrap_err();
    let seen: Vec<_> = errors
        .problems
        .iter()
        .map(|problem| (problem.file.to_str().unwrap(), problem.key.as_str()))
        .collect();
    for expected in [
        ("STEPGATE__", ""),
        ("STEPGATE__LISEN__THREADS", "lisen"),
        ("STEPGATE__APP", "app"),
        ("STEPGATE__GUARD__SIGN_IN__0__PATH", "guard.sign_in"),
    ] {
        assert!(seen.contains(&expected), "{expected:?} in {seen:?}");
    }
    assert_eq!(seen.len(), 4, "{errors}");
}

#[test]
fn the_page_for_passwords_is_one_of_the_application() {
    let name = "name = \"Acme CRM\"";
    for elsewhere in ["https://evil.example/", "//evil.example", "account"] {
        let said = complaint_for(name, &format!("{name}\npassword_page = \"{elsewhere}\""));
        assert!(
            said.contains("`app.password_page`: expected a path of the application"),
            "{said}"
        );
    }
}
