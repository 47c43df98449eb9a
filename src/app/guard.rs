//! From the configuration's words to what requests are compared with.

use std::sync::Arc;

use anyhow::Context;
use http::HeaderValue;
use scraper::Selector;

use crate::config::{self, Config};
use crate::domain::cookie_glob::CookiePart;
use crate::domain::evidence::{Signs, Source, Whoami};
use crate::domain::source::{self, EvidenceSource};
use crate::proxy::{Guard, GuardLimits, Identity, Question, WhoamiRequest};

pub fn of(config: &Config) -> anyhow::Result<Guard> {
    let guard = &config.guard;
    let limits = &config.limits;
    Ok(Guard {
        names: guard.session_cookies.clone(),
        sign_in: guard.sign_in.clone(),
        sign_out: guard.sign_out.clone(),
        password_checks: config.password_checks(),
        no_credentials: guard.no_credentials.clone(),
        refuse: guard.refuse.clone(),
        token_inputs: guard.token_inputs.clone(),
        identity: identity(&guard.identity)?,
        ids_rotate: guard.session_id == config::SessionId::Rotates,
        recheck: guard.identity.recheck.get(),
        origin: config.app.public_url.origin(),
        host_field: HeaderValue::try_from(config.app.public_url.authority())
            .context("app.public_url: a host that no header can hold")?,
        authority: config.app.public_url.authority(),
        https: config.app.public_url.is_https(),
        same_site: match config.session.same_site {
            config::SameSite::Lax => "Lax",
            config::SameSite::None => "None",
        },
        portal: config.portal.path.clone(),
        security_page: config.portal.security_page.clone(),
        trusted_proxies: config.listen.trusted_proxies.clone(),
        limits: GuardLimits {
            request_body: limits.request_body.as_usize(),
            response_spool: limits.response_spool.as_usize(),
            spool_total: limits.spool_total.as_usize(),
            lease_wait: limits.lease_wait.get(),
            lease_queue: limits.lease_queue,
            exchange_timeout: limits.exchange_timeout.get(),
            whoami_timeout: limits.whoami_timeout.get(),
        },
    })
}

fn identity(config: &config::Identity) -> anyhow::Result<Identity> {
    let (_, id) = config.id().context("guard.identity: nothing says who")?;
    let question = match &config.whoami {
        Some(asked) => Question::Whoami(Box::new(whoami(asked, id)?)),
        None => Question::Unasked(source_of(id)?),
    };
    Ok(Identity {
        signed_in: config.signed_in_cookie.clone(),
        question,
        trusts_changes: config.rotation == config::Rotation::Trust,
    })
}

fn whoami(config: &config::Whoami, id: &EvidenceSource) -> anyhow::Result<WhoamiRequest> {
    let present = signs(&config.present)?;
    Ok(WhoamiRequest {
        path: config.path.clone(),
        accept: if wants_json(config, id) {
            "application/json"
        } else {
            "text/html,application/xhtml+xml"
        },
        headers: config.headers.clone(),
        rules: Whoami {
            id: source_of(id)?,
            name: config.name.as_ref().map(source_of).transpose()?,
            signed_out: signs(&config.signed_out)?,
            present: (!config.present.is_empty()).then_some(present),
        },
    })
}

/// What the answer is looked at for decides the kind of answer that is asked for.
fn wants_json(config: &config::Whoami, id: &EvidenceSource) -> bool {
    if id.is_in_answer() {
        return matches!(id, EvidenceSource::Json(_));
    }
    let signs = &config.present;
    !signs.json.is_empty() && signs.css.is_none()
}

fn signs(config: &config::Signs) -> anyhow::Result<Signs> {
    Ok(Signs {
        status: config.status.clone(),
        location: config.location.clone(),
        css: config.css.as_deref().map(selector).transpose()?,
        text: config.text.as_deref().map(pattern).transpose()?,
        json: config
            .json
            .iter()
            .map(|(pointer, value)| (pointer.clone(), value.clone()))
            .collect(),
    })
}

fn source_of(source: &EvidenceSource) -> anyhow::Result<Source> {
    Ok(match source {
        EvidenceSource::Json(pointer) => Source::Json(pointer.clone()),
        EvidenceSource::Header(name) => Source::Header(name.clone()),
        EvidenceSource::Css(css) => Source::Css(selector(css)?),
        EvidenceSource::Text(text) => Source::Text(pattern(text)?),
        EvidenceSource::Cookie(cookie, pattern) => Source::Cookie(
            CookiePart::new(cookie.clone(), pattern)
                .map_err(|error| anyhow::anyhow!("guard.identity: {error}"))?,
        ),
        EvidenceSource::SignIn => Source::SignIn,
        EvidenceSource::Single(name) => Source::Single(name.clone()),
    })
}

fn selector(css: &str) -> anyhow::Result<Arc<Selector>> {
    let parsed = Selector::parse(css).map_err(|error| anyhow::anyhow!("{error}"));
    parsed
        .map(Arc::new)
        .with_context(|| format!("guard.identity: not a CSS selector: {css}"))
}

fn pattern(text: &str) -> anyhow::Result<regex::bytes::Regex> {
    let checked =
        source::regex_pattern(text).map_err(|error| anyhow::anyhow!("guard.identity: {error}"))?;
    regex::bytes::Regex::new(checked.as_str())
        .with_context(|| format!("guard.identity: not a pattern: {text}"))
}
