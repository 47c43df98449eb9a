//! A person with a browser, as far as signing in and enrolling an authenticator needs one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};

use super::application::{EMAIL, PASSWORD};
use super::wire::Connection;

const NEW_AUTHENTICATOR: &str = "/settings/security/authenticators/new";

/// What every request of the browser has, beside `Host` and `Cookie`.
pub const BROWSER: &str = "Connection: keep-alive\r\n\
    sec-ch-ua: \"Chromium\";v=\"142\", \"Google Chrome\";v=\"142\", \"Not_A Brand\";v=\"99\"\r\n\
    sec-ch-ua-mobile: ?0\r\n\
    sec-ch-ua-platform: \"Linux\"\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8\r\n\
    Sec-Fetch-Site: same-origin\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-User: ?1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-GB,en-US;q=0.9,en;q=0.8\r\n";

pub struct Visitor {
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
}

/// An answer in short.
#[derive(Debug)]
pub struct Page {
    pub status: String,
    pub text: String,
}

impl Visitor {
    pub fn new(address: SocketAddr) -> Self {
        // Two cookies that are nobody's credential: an application seldom sets just the one.
        let cookies = [("theme", "dark"), ("_ga", "GA1.1.1029384756.1767600000")];
        let cookies = cookies.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self {
            address,
            cookies: cookies.into(),
        }
    }

    /// The application gives the visitor a session.
    pub async fn open_form(&mut self) -> anyhow::Result<()> {
        let form = self.get("/login").await?;
        ensure!(form.status.contains(" 200 "), "no sign-in form: {form:?}");
        Ok(())
    }

    /// Through the application's own form.
    pub async fn sign_in(&mut self) -> anyhow::Result<()> {
        self.open_form().await?;
        let taken = self
            .post("/login", &[("email", EMAIL), ("password", PASSWORD)])
            .await?;
        ensure!(
            taken.status.contains(" 303 "),
            "the password was not taken: {taken:?}"
        );
        Ok(())
    }

    /// Through the gateway's own pages; the session is `Verified` afterwards.
    pub async fn enrol(&mut self) -> anyhow::Result<()> {
        let page = self.get(NEW_AUTHENTICATOR).await?;
        ensure!(page.status.contains(" 200 "), "no enrolment page: {page:?}");
        let csrf = between(&page.text, "name=\"csrf\" value=\"", "\"")
            .context("an enrolment form without csrf")?;
        let secret = between(&page.text, "<code id=\"secret\" dir=\"ltr\">", "<")
            .context("an enrolment page without a secret")?;
        let secret = totp_rs::Secret::try_from_base32(secret.replace(' ', ""))
            .map_err(|error| anyhow::anyhow!("{error:?}"))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let code = totp_rs::Builder::new()
            .with_secret(secret)
            .with_digits(6)
            .build_noncompliant()
            .generate(now)
            .to_string();
        let saved = self
            .post(
                NEW_AUTHENTICATOR,
                &[("csrf", csrf), ("code", &code), ("name", "Phone")],
            )
            .await?;
        ensure!(
            saved.status.contains(" 303 "),
            "the authenticator was not saved: {saved:?}"
        );
        Ok(())
    }

    pub async fn get(&mut self, target: &str) -> anyhow::Result<Page> {
        self.send(&self.request("GET", target, "", "")).await
    }

    async fn post(&mut self, target: &str, fields: &[(&str, &str)]) -> anyhow::Result<Page> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let origin = self.address.port();
        let fields = format!(
            "Origin: http://localhost:{origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n",
            body.len()
        );
        self.send(&self.request("POST", target, &fields, &body))
            .await
    }

    /// The bytes of a request; `fields` are whole lines.
    pub fn request(&self, method: &str, target: &str, fields: &str, body: &str) -> String {
        let (port, cookies) = (self.address.port(), self.cookie_field());
        format!(
            "{method} {target} HTTP/1.1\r\nHost: localhost:{port}\r\n{BROWSER}Cookie: {cookies}\r\n{fields}\r\n{body}"
        )
    }

    pub fn cookie_field(&self) -> String {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }

    /// Adds to a cookie's value.
    pub fn lengthen(&mut self, cookie: &str, by: &str) {
        self.cookies
            .entry(cookie.to_owned())
            .or_default()
            .push_str(by);
    }

    async fn send(&mut self, request: &str) -> anyhow::Result<Page> {
        let mut connection = Connection::open(self.address).await?;
        let answer = connection
            .exchange(request.as_bytes())
            .await
            .with_context(|| request.to_owned())?;
        for line in answer.fields("set-cookie") {
            let pair = line.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').context("a cookie without a name")?;
            match value {
                "" => self.cookies.remove(name),
                _ => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        Ok(Page {
            status: answer.start().to_owned(),
            text: String::from_utf8_lossy(answer.body).into_owned(),
        })
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?
        .1
        .split_once(end)
        .map(|(found, _)| found)
}
