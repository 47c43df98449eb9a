//! Notes about contacts: a few that are there from the start, and those written since.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The longest note, in characters.
pub(super) const LONGEST: usize = 1_000;
/// Beyond this many on one contact, the oldest goes.
const MOST: usize = 50;

/// What somebody wrote about a contact.
#[derive(Clone)]
pub(super) struct Note {
    pub(super) author: &'static str,
    /// Sample text: the CRM has no clock.
    pub(super) when: &'static str,
    pub(super) text: String,
}

/// Why a note was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    Empty,
    TooLong,
}

/// The notes written since the start, by contact id.
#[derive(Default)]
pub(super) struct Notes {
    written: Mutex<HashMap<&'static str, VecDeque<Note>>>,
}

impl Notes {
    /// The notes on a contact, the latest first.
    pub(super) fn on(&self, contact: &str) -> Vec<Note> {
        let written = self.written();
        let written = written.get(contact).into_iter().flatten().cloned();
        let sample = SAMPLES.iter().filter(|(on, ..)| *on == contact);
        written
            .chain(sample.map(|&(_, author, when, text)| Note {
                author,
                when,
                text: text.to_owned(),
            }))
            .collect()
    }

    /// Adds what `author` typed. `contact` is the id of an existing contact, which bounds the map.
    pub(super) fn add(
        &self,
        contact: &'static str,
        author: &'static str,
        typed: &str,
    ) -> Result<(), Refused> {
        let text = typed.trim();
        if text.is_empty() {
            return Err(Refused::Empty);
        }
        // Browsers send a line end as two characters and count it as one.
        let text = text.replace("\r\n", "\n");
        if text.chars().count() > LONGEST {
            return Err(Refused::TooLong);
        }
        let mut written = self.written();
        let on_contact = written.entry(contact).or_default();
        on_contact.push_front(Note {
            author,
            when: "New",
            text,
        });
        on_contact.truncate(MOST);
        Ok(())
    }

    fn written(&self) -> MutexGuard<'_, HashMap<&'static str, VecDeque<Note>>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Contact, author, date, text.
const SAMPLES: &[(&str, &str, &str, &str)] = &[
    (
        "mara-lindqvist",
        "Ada Lovelace",
        "12 May",
        "Walked through the proposal. She likes the stock view; finance wants the yearly price in one line.",
    ),
    (
        "mara-lindqvist",
        "Grace Hopper",
        "3 May",
        "Asked for a second demo with the warehouse leads.",
    ),
    (
        "rafael-duarte",
        "Grace Hopper",
        "6 May",
        "Open question: can exports run every night without a person?",
    ),
    (
        "oskar-feld",
        "Ada Lovelace",
        "2 May",
        "Procurement starts once multi-factor sign-in is shown to work.",
    ),
    (
        "tomasz-wrona",
        "Grace Hopper",
        "9 May",
        "Quarterly call done. No open issues, summary sent.",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_note_comes_first_and_the_oldest_goes() {
        let notes = Notes::default();
        for number in 0..=MOST {
            notes
                .add("priya-raman", "Ada Lovelace", &format!(" note {number} "))
                .unwrap();
        }
        let found = notes.on("priya-raman");
        assert_eq!(found.len(), MOST);
        assert_eq!(found.first().unwrap().text, format!("note {MOST}"));
        assert_eq!(found.last().unwrap().text, "note 1");
    }

    #[test]
    fn an_empty_or_overlong_note_is_refused() {
        let notes = Notes::default();
        assert_eq!(
            notes.add("priya-raman", "Ada Lovelace", " \r\n "),
            Err(Refused::Empty)
        );
        let long = "é".repeat(LONGEST + 1);
        assert_eq!(
            notes.add("priya-raman", "Ada Lovelace", &long),
            Err(Refused::TooLong)
        );
        assert!(notes.on("priya-raman").is_empty());
    }
}
