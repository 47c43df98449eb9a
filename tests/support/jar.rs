//! A cookie jar with the rules of browsers for one host.

use std::time::{Duration, Instant, SystemTime};

/// The cookies of `localhost`, as a browser keeps them.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    cookies: Vec<Cookie>,
    /// The page is on HTTPS.
    pub secure: bool,
}

/// One stored cookie.
#[derive(Clone, Debug)]
pub struct Cookie {
    pub name: String,
    pub value: String,
    pub path: String,
    expires: Option<Instant>,
}

impl Jar {
    /// An empty jar for HTTP, or for HTTPS.
    pub fn new(secure: bool) -> Self {
        Self {
            cookies: Vec::new(),
            secure,
        }
    }

    /// Takes one `Set-Cookie` line that came with a response to `request_path`.
    pub fn set(&mut self, line: &str, request_path: &str) {
        let mut parts = line.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        let mut path = default_path(request_path);
        let (mut secure, mut domain, mut lifetime) = (false, None, None);
        let mut max_age = None;
        for attribute in parts {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "path" if value.starts_with('/') => path = value.to_owned(),
                "secure" => secure = true,
                "domain" if !value.is_empty() => {
                    domain = Some(value.trim_start_matches('.').to_owned())
                }
                "max-age" => max_age = value.parse::<i64>().ok(),
                "expires" => lifetime = seconds_until(value).or(lifetime),
                _ => {}
            }
        }
        let foreign = domain
            .as_deref()
            .is_some_and(|domain| !domain.eq_ignore_ascii_case("localhost"));
        let host_rules =
            name.starts_with("__Host-") && !(secure && path == "/" && domain.is_none());
        let secure_rules = name.starts_with("__Secure-") && !secure;
        if foreign || host_rules || secure_rules {
            return;
        }
        self.cookies
            .retain(|cookie| cookie.name != name || cookie.path != path);
        let lifetime = max_age.or(lifetime);
        if lifetime.is_some_and(|seconds| seconds <= 0) {
            return;
        }
        let expires = lifetime.and_then(|seconds| {
            Instant::now().checked_add(Duration::from_secs(seconds.unsigned_abs()))
        });
        self.cookies.push(Cookie {
            name,
            value,
            path,
            expires,
        });
    }

    /// Plants a session cookie for the whole site.
    pub fn plant(&mut self, name: &str, value: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
        let (name, value) = (name.to_owned(), value.to_owned());
        self.cookies.push(Cookie {
            name,
            value,
            path: "/".to_owned(),
            expires: None,
        });
    }

    /// Loses the cookies of that name.
    pub fn forget(&mut self, name: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
    }

    /// The first live cookie of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.live()
            .find(|cookie| cookie.name == name)
            .map(|cookie| cookie.value.as_str())
    }

    /// The gateway's own token.
    pub fn token(&self) -> Option<&str> {
        self.get(self.token_name())
    }

    /// What the gateway's own cookie is called here.
    pub fn token_name(&self) -> &'static str {
        if self.secure {
            "__Host-stepgate"
        } else {
            "stepgate"
        }
    }

    /// Every live cookie.
    pub fn live(&self) -> impl Iterator<Item = &Cookie> {
        let now = Instant::now();
        self.cookies
            .iter()
            .filter(move |cookie| cookie.expires.is_none_or(|expires| expires > now))
    }

    /// The value of the `Cookie` header for a request, longest paths first.
    pub fn header(&self, request_path: &str) -> Option<String> {
        let mut matching: Vec<_> = self
            .live()
            .filter(|cookie| path_matches(&cookie.path, request_path))
            .collect();
        matching.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<_> = matching
            .iter()
            .map(|cookie| format!("{}={}", cookie.name, cookie.value))
            .collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

fn default_path(request_path: &str) -> String {
    match request_path.rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(end) => request_path[..end].to_owned(),
    }
}

fn path_matches(cookie: &str, request: &str) -> bool {
    request
        .strip_prefix(cookie)
        .is_some_and(|rest| cookie.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
}

/// Seconds from now to an HTTP date; negative when it is past.
fn seconds_until(date: &str) -> Option<i64> {
    let parts: Vec<&str> = date
        .split([' ', '-', ':', ','])
        .filter(|part| !part.is_empty())
        .collect();
    let [_, day, month, year, hour, minute, second, ..] = parts.as_slice() else {
        return None;
    };
    let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let month = months
        .iter()
        .position(|name| month.to_ascii_lowercase().starts_with(name))? as i64
        + 1;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    let year = if year < 70 { year + 2_000 } else { year };
    let shifted = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = 365 * shifted + shifted.div_euclid(4) - shifted.div_euclid(100)
        + shifted.div_euclid(400)
        + day_of_year
        - 719_468;
    let clock: [i64; 3] = [
        hour.parse().ok()?,
        minute.parse().ok()?,
        second.parse().ok()?,
    ];
    let at = days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2];
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()?
        .as_secs();
    Some(at - i64::try_from(now).ok()?)
}
