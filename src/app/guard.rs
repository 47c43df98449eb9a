//! From the configuration's words to what requests are compared with.

use std::sync::Arc;

use anyhow::Context;
use http::HeaderValue;
use scraper::Selector;

use crate::config::{self, Config};
use crate::domain::evidence::{Signs, Source, Whoami};
use crate::domain::source::{self, EvidenceSource};
use crate::proxy::{Guard, GuardLimits, WhoamiRequest};

pub fn of(config: &Config) -> anyhow::Result<Guard> {
    let guard = &config.guard;
    let limits = &config.limits;
    Ok(Guard {
        names: guard.session_cookies.clone(),
        sign_in: guard.sign_in.clone(),
        sign_out: guard.sign_out.clone(),
        no_credentials: guard.no_credentials.clone(),
        refuse: guard.refuse.clone(),
        token_inputs: guard.token_inputs.clone(),
        whoami: whoami(&guard.identity.whoami)?,
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

fn whoami(config: &config::Whoami) -> anyhow::Result<WhoamiRequest> {
    let html = !matches!(config.id, EvidenceSource::Json(_));
    let present = signs(&config.present)?;
    Ok(WhoamiRequest {
        path: config.path.clone(),
        accept: if html {
            "text/html,application/xhtml+xml"
        } else {
            "application/json"
        },
        headers: config.headers.clone(),
        rules: Whoami {
            id: source_of(&config.id)?,
            name: config.name.as_ref().map(source_of).transpose()?,
            signed_out: signs(&config.signed_out)?,
            present: (!config.present.is_empty()).then_some(present),
        },
    })
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
