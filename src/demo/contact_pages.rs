//! The list of contacts, and the page of one.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Crm;
use super::access::SignedIn;
use super::contacts::{Contact, find, search};
use super::notes::{LONGEST, Note, Refused};
use super::respond::{Problem, Section, Shell, page};

#[derive(Template)]
#[template(path = "demo/contacts.html")]
struct ListPage<'a> {
    shell: Shell,
    words: &'a str,
    found: Vec<&'static Contact>,
}

#[derive(Template)]
#[template(path = "demo/contact.html")]
struct ContactPage<'a> {
    shell: Shell,
    contact: &'static Contact,
    notes: Vec<Note>,
    longest: usize,
    /// What was typed, and why it was not taken.
    typed: &'a str,
    error: Option<&'static str>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Search {
    q: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NewNote {
    note: String,
    csrf_token: String,
}

/// `GET /contacts?q=`
pub(super) async fn list(who: SignedIn, Query(asked): Query<Search>) -> Result<Response, Problem> {
    let words = asked.q.trim();
    page(
        StatusCode::OK,
        &ListPage {
            shell: who.shell(Section::Contacts),
            words,
            found: search(words),
        },
    )
}

/// `GET /contacts/{id}`
pub(super) async fn detail(
    who: SignedIn,
    State(crm): State<Arc<Crm>>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let contact = find(&id).ok_or(Problem::NotFound)?;
    page(StatusCode::OK, &contact_page(&who, &crm, contact, "", None))
}

/// `POST /contacts/{id}/notes`
pub(super) async fn add_note(
    who: SignedIn,
    State(crm): State<Arc<Crm>>,
    Path(id): Path<String>,
    Form(sent): Form<NewNote>,
) -> Result<Response, Problem> {
    who.check_form(&sent.csrf_token)?;
    let contact = find(&id).ok_or(Problem::NotFound)?;
    let error = match crm.notes.add(contact.id, who.user.name, &sent.note) {
        Ok(()) => {
            return Ok(Redirect::to(&format!("/contacts/{}#notes", contact.id)).into_response());
        }
        Err(Refused::Empty) => "Write something before you add the note.",
        Err(Refused::TooLong) => "That note is too long. Shorten it to 1,000 characters.",
    };
    page(
        StatusCode::UNPROCESSABLE_ENTITY,
        &contact_page(&who, &crm, contact, &sent.note, Some(error)),
    )
}

fn contact_page<'a>(
    who: &SignedIn,
    crm: &Crm,
    contact: &'static Contact,
    typed: &'a str,
    error: Option<&'static str>,
) -> ContactPage<'a> {
    ContactPage {
        shell: who.shell(Section::Contacts),
        contact,
        notes: crm.notes.on(contact.id),
        longest: LONGEST,
        typed,
        error,
    }
}
