//! The password form, and sign-out.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Crm;
use super::access::{Visitor, same_site_path};
use super::respond::{Problem, page};
use super::sessions::{EXPIRED_COOKIE, Session};
use super::users::authenticate;

const WRONG: &str = "That email and password don't match. Check both and try again.";
const EXPIRED: &str = "This form had expired. Please enter your password again.";

#[derive(Template)]
#[template(path = "demo/login.html")]
struct LoginPage<'a> {
    csrf: &'a str,
    filled: Filled<'a>,
}

/// What the form holds already, and what was wrong with it.
struct Filled<'a> {
    next: &'a str,
    email: &'a str,
    error: Option<&'static str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Credentials {
    email: String,
    password: String,
    csrf_token: String,
    next: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SignOut {
    csrf_token: String,
}

/// `GET /login`
pub(super) async fn form(
    State(crm): State<Arc<Crm>>,
    Visitor(session): Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let next = same_site_path(&wanted.next);
    if session
        .as_ref()
        .is_some_and(|session| session.user.is_some())
    {
        return Ok(Redirect::to(next).into_response());
    }
    ask(
        &crm,
        session,
        StatusCode::OK,
        Filled {
            next,
            email: "",
            error: None,
        },
    )
}

/// `POST /login`
pub(super) async fn submit(
    State(crm): State<Arc<Crm>>,
    Visitor(session): Visitor,
    Form(sent): Form<Credentials>,
) -> Result<Response, Problem> {
    let next = same_site_path(&sent.next);
    let email = sent.email.as_str();
    // A form that another site filled in would sign its victim in as somebody else.
    let Some(anonymous) = session
        .clone()
        .filter(|session| session.owns_form(&sent.csrf_token))
    else {
        return ask(
            &crm,
            session,
            StatusCode::FORBIDDEN,
            Filled {
                next,
                email,
                error: Some(EXPIRED),
            },
        );
    };
    let Some(user) = authenticate(email, &sent.password) else {
        return ask(
            &crm,
            session,
            StatusCode::OK,
            Filled {
                next,
                email,
                error: Some(WRONG),
            },
        );
    };
    crm.sessions.close(&anonymous);
    let signed_in = crm.sessions.open(Some(user))?;
    Ok((
        AppendHeaders([(SET_COOKIE, signed_in.cookie())]),
        Redirect::to(next),
    )
        .into_response())
}

/// `POST /logout`
pub(super) async fn sign_out(
    State(crm): State<Arc<Crm>>,
    Visitor(session): Visitor,
    Form(sent): Form<SignOut>,
) -> Result<Response, Problem> {
    if let Some(session) = session {
        if !session.owns_form(&sent.csrf_token) {
            return Err(Problem::StaleForm);
        }
        crm.sessions.close(&session);
    }
    Ok((
        AppendHeaders([(SET_COOKIE, EXPIRED_COOKIE)]),
        Redirect::to("/login"),
    )
        .into_response())
}

/// The form, in the session that the browser has or in a new one.
fn ask(
    crm: &Crm,
    session: Option<Session>,
    status: StatusCode,
    filled: Filled<'_>,
) -> Result<Response, Problem> {
    if let Some(session) = session {
        return page(
            status,
            &LoginPage {
                csrf: &session.csrf,
                filled,
            },
        );
    }
    let session = crm.sessions.open(None)?;
    let form = page(
        status,
        &LoginPage {
            csrf: &session.csrf,
            filled,
        },
    )?;
    Ok((AppendHeaders([(SET_COOKIE, session.cookie())]), form).into_response())
}
