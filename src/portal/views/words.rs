//! The words of a page: messages of its reader's language, by key.

use std::borrow::Cow;

use askama::Template;
use fluent_bundle::FluentValue;

use super::texts::{Activity, FormProblem, Notice, Reason};
use super::{Frame, Moment};
use crate::portal::languages::{Values, say};

/// What stands in a sentence beside its words.
#[derive(Debug, Clone)]
pub enum Piece<'a> {
    Words(String),
    /// What somebody typed.
    Name(&'a str),
    /// Words that stay on one line.
    Whole(Cow<'static, str>),
    /// A date, for the script to put into the reader's zone.
    Day(Moment<'a>),
    /// The same with the time of day.
    Time(Moment<'a>),
    /// A link, or whom to ask.
    Support,
    /// The request's id.
    Request,
}

/// A message with other things than words in it, wherever its language has them.
#[derive(Debug, Clone, Template)]
#[template(path = "parts/sentence.html")]
pub struct Sentence<'a> {
    frame: Frame<'a>,
    pieces: Vec<Piece<'a>>,
}

/// It escapes its own pieces.
impl askama::filters::HtmlSafe for Sentence<'_> {}

/// While a message is put together these characters stand for what is no words: they are no characters
/// of any text, by Unicode's word.
const MARKS: std::ops::RangeInclusive<char> = '\u{fdd0}'..='\u{fdef}';

/// What a template names it hands over by reference.
impl<'a> Frame<'a> {
    /// The message `key`.
    pub fn text(&self, key: &str) -> Cow<'static, str> {
        self.say(key, None, &[])
    }

    /// An attribute of the message `key`.
    pub fn part(&self, key: &str, attribute: &str) -> Cow<'static, str> {
        self.say(key, Some(attribute), &[])
    }

    /// A message with `$count`.
    pub fn count(&self, key: &str, count: &usize) -> Cow<'static, str> {
        self.say(key, None, &[("count", (*count).into())])
    }

    /// A message with `$name`, for places without markup: titles, labels.
    pub fn named(&self, key: &str, name: &str) -> Cow<'static, str> {
        self.say(key, None, &[("name", name.into())])
    }

    /// What happened and what to do.
    pub fn problem(&self, problem: &FormProblem) -> String {
        let count = problem.count().map(|count| ("count", count.into()));
        let remedy = self.say(problem.key(), Some("remedy"), count.as_slice());
        format!("{} {remedy}", self.text(problem.key()))
    }

    /// A message with `$name`.
    pub fn about(&self, key: &str, name: &'a str) -> Sentence<'a> {
        self.sentence((key, None), &[], [("name", Piece::Name(name))])
    }

    pub fn activity(&self, what: &Activity<'a>) -> Sentence<'a> {
        self.about(what.key(), what.name())
    }

    pub fn notice(&self, notice: &Notice<'a>) -> Sentence<'a> {
        self.about(notice.key(), notice.name())
    }

    /// A message, or its attribute, with `$reason`, which may hold a name.
    pub fn reasoned(&self, key: &str, attribute: Option<&str>, why: &Reason<'a>) -> Sentence<'a> {
        let name = || [("name", Piece::Name(why.name()))];
        let marked = self.marked((why.key(), None), &[], &name());
        self.sentence((key, attribute), &[("reason", marked.into())], name())
    }

    /// A message with `$time`, a date.
    pub fn day(&self, key: &str, at: &Moment<'a>) -> Sentence<'a> {
        self.sentence((key, None), &[], [("time", Piece::Day(*at))])
    }

    /// A message with `$time`, a date with the time of day.
    pub fn time(&self, key: &str, at: &Moment<'a>) -> Sentence<'a> {
        self.sentence((key, None), &[], [("time", Piece::Time(*at))])
    }

    /// An attribute of a message, with `$time` as plain text.
    pub fn at(&self, key: &str, attribute: &str, at: &Moment<'_>) -> Cow<'static, str> {
        self.say(key, Some(attribute), &[("time", at.text.into())])
    }

    /// An attribute with `$digits`, which is an attribute of the same message and stays in one line.
    pub fn digits(&self, key: &str, attribute: &str) -> Sentence<'a> {
        let digits = Piece::Whole(self.part(key, "digits"));
        self.sentence((key, Some(attribute)), &[], [("digits", digits)])
    }

    /// A message with `$support` and, where it has them, `$request` and `$status`.
    pub fn help(&self, key: &str, status: u16) -> Sentence<'a> {
        let slots = [("support", Piece::Support), ("request", Piece::Request)];
        self.sentence((key, None), &[("status", status.into())], slots)
    }

    /// The message with these values; the application's name is one in every message.
    pub(super) fn say(
        &self,
        key: &str,
        attribute: Option<&str>,
        values: &Values<'_>,
    ) -> Cow<'static, str> {
        let mut all = vec![("app", self.app_name.into())];
        all.extend_from_slice(values);
        say(self.language, key, attribute, &all)
    }

    fn sentence<const N: usize>(
        &self,
        (key, attribute): (&str, Option<&str>),
        values: &Values<'_>,
        slots: [(&'static str, Piece<'a>); N],
    ) -> Sentence<'a> {
        let text = self.marked((key, attribute), values, &slots);
        let mut pieces = Vec::new();
        let mut words = String::new();
        for letter in text.chars() {
            match slot(letter).and_then(|number| slots.get(number)) {
                None => words.push(letter),
                Some((_, piece)) => {
                    pieces.push(Piece::Words(std::mem::take(&mut words)));
                    pieces.push(piece.clone());
                }
            }
        }
        pieces.push(Piece::Words(words));
        Sentence {
            frame: *self,
            pieces,
        }
    }

    /// The message with a mark in the place of each slot. What was typed is no part of it.
    fn marked(
        &self,
        (key, attribute): (&str, Option<&str>),
        values: &Values<'_>,
        slots: &[(&'static str, Piece<'a>)],
    ) -> String {
        let marks = slots.iter().zip(MARKS);
        let marks = marks.map(|((name, _), mark)| (*name, FluentValue::from(mark.to_string())));
        let values: Vec<_> = values.iter().cloned().chain(marks).collect();
        self.say(key, attribute, &values).into_owned()
    }
}

/// The slot that a mark stands for.
fn slot(mark: char) -> Option<usize> {
    MARKS
        .contains(&mark)
        .then(|| MARKS.take_while(|other| *other != mark).count())
}
