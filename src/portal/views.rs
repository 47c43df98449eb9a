//! The gateway's own pages: one struct a page, filled by the portal and
//! rendered by askama from `templates/`.
//!
//! The views know nothing of sessions, stores or the clock. Whoever shows a
//! page hands over finished values (dates as text, addresses as paths), so
//! every state of every page can be drawn from sample data alone.
//!
//! ```text
//! base.html ─┬─ narrow card: challenge, locked, ended, error, …
//!            ├─ wide column: security
//!            └─ dialog over it: step_up, enrol, new_passkey, backup_codes, remove, rename
//! ```
//! A dialog is a page of its own, whose address can be opened and reloaded. The script makes it a modal
//! one; without the script it is the page.
//!
//! The pages live under a strict content security policy: no inline script,
//! no inline style, one sheet and one script from [`Frame::portal`]`/assets`.
//! Their words are in Fluent files, a set for each language: the templates name
//! the messages, [`texts`] those that depend on a state, and [`Frame`] says them.

mod backup_codes;
mod challenge;
mod ended;
mod enrol;
mod error;
mod framed;
mod locked;
mod moment;
mod passkey;
mod qr;
mod remove;
mod rename;
mod security;
mod sign_out;
mod step_up;
pub mod texts;
mod words;

pub use backup_codes::BackupCodesPage;
pub use challenge::ChallengePage;
pub use ended::EndedPage;
pub use enrol::EnrolPage;
pub use error::ErrorPage;
pub use framed::FramedPage;
pub use locked::LockedPage;
pub use moment::MomentPage;
pub use passkey::NewPasskeyPage;
pub use qr::qr_svg;
pub use remove::RemovePage;
pub use rename::RenamePage;
pub use security::{ActivityRow, CodesLeft, FactorRow, Offer, SecurityPage};
pub use sign_out::SignOutPage;
pub use step_up::{SignInAgainPage, StepUpPage};

use super::languages::Language;

/// What every page shows around its own content.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// The application's name, from `app.name`.
    pub app_name: &'a str,
    /// Path of the gateway's pages without a trailing slash: `/.mfa`.
    pub portal: &'a str,
    /// Hash of the assets; a new release must not meet a cached old sheet.
    pub version: &'a str,
    /// Whether the application has a logo among the assets.
    pub logo: bool,
    /// Where to get help, from `app.support_url`.
    pub support_url: Option<&'a str>,
    /// Identifies this request in the logs; shown where something failed.
    pub request_id: &'a str,
    /// Language of the texts.
    pub language: Language,
    /// Its name for browsers (BCP 47): `en`.
    pub lang: &'a str,
    /// Direction of that language: `ltr` or `rtl`.
    pub dir: &'a str,
    /// Set where the page is a dialog over the security page.
    pub over: Option<Over<'a>>,
}

/// What a dialog stands over.
#[derive(Debug, Clone, Copy)]
pub struct Over<'a> {
    /// HTML of the security page's cards.
    pub behind: &'a str,
    /// Where Escape leads.
    pub leave: &'a str,
}

impl Frame<'_> {
    /// The request's id in pieces that can be read out over a phone.
    fn request_id_groups(&self) -> Vec<String> {
        let letters: Vec<char> = self.request_id.chars().collect();
        letters
            .chunks(4)
            .map(|group| group.iter().collect())
            .collect()
    }
}

/// Another way to show who one is, and where it is asked for.
#[derive(Debug, Clone)]
pub struct Other {
    pub way: texts::Way,
    pub address: String,
}

/// A point in time: as people read it, and as the script reads it.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// With its zone, for readers without the script: `3 Mar 2026, 14:05 UTC`.
    pub text: &'a str,
    /// RFC 3339: `2026-03-03T14:05:00Z`.
    pub iso: &'a str,
}

#[cfg(test)]
mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    fn pages() -> Vec<(String, String)> {
        // Not a real code: as many modules, in an even pattern.
        let qr = qr_svg(49, |x, y| (x * 7 + y * 5 + x * y) % 3 == 0);
        let german = samples::all(&qr, Language::German).into_iter();
        let german = german.map(|(name, page)| (format!("de-{name}"), page));
        let english = samples::all(&qr, Language::English).into_iter();
        english.chain(german).collect()
    }

    /// The opening tags of `element` with their attributes.
    fn tags<'a>(page: &'a str, element: &str) -> Vec<&'a str> {
        page.match_indices(&format!("<{element}"))
            .filter_map(|(start, _)| page[start..].split('>').next())
            .filter(|tag| !tag[element.len() + 1..].starts_with(|c: char| c.is_alphanumeric()))
            .collect()
    }

    #[test]
    fn every_page_is_a_whole_document_with_one_heading() {
        for (name, page) in pages() {
            assert!(page.starts_with("<!doctype html>"), "{name}");
            assert_eq!(tags(&page, "title").len(), 1, "{name}");
            assert_eq!(tags(&page, "h1").len(), 1, "{name}");
            assert_eq!(tags(&page, "main").len(), 1, "{name}");
            let marked = match name.as_str() {
                name if name.contains("rtl-") => "<html lang=\"ar\" dir=\"rtl\">",
                name if name.starts_with("de-") => "<html lang=\"de\" dir=\"ltr\">",
                _ => "<html lang=\"en\" dir=\"ltr\">",
            };
            assert!(page.contains(marked), "{name}");
            assert!(!page.contains(crate::portal::languages::MISSING), "{name}");
        }
    }

    #[test]
    fn no_page_has_inline_script_or_style() {
        for (name, page) in pages() {
            assert!(tags(&page, "style").is_empty(), "{name}");
            assert!(
                !page.contains(" style=") && !page.contains("javascript:"),
                "{name}"
            );
            for tag in tags(&page, "script") {
                assert!(tag.contains(" src=\"/.mfa/assets/"), "{name}: {tag}");
            }
            let handler = page
                .split('<')
                .flat_map(|tag| tag.split_whitespace().skip(1))
                .find(|word| word.starts_with("on") && word.contains("=\""));
            assert_eq!(handler, None, "{name}");
        }
    }

    #[test]
    fn every_form_posts_and_carries_the_csrf_token() {
        for (name, page) in pages() {
            for form in page.split("<form").skip(1) {
                let form = form.split("</form>").next().unwrap();
                assert!(form.contains("method=\"post\""), "{name}");
                let field = "<input type=\"hidden\" name=\"csrf\" value=\"token\">";
                assert_eq!(form.matches(field).count(), 1, "{name}");
            }
        }
    }

    #[test]
    fn every_id_is_unique_and_every_reference_leads_to_one() {
        for (name, page) in pages() {
            let values = |attribute: &str| -> Vec<String> {
                page.split(&format!(" {attribute}=\""))
                    .skip(1)
                    .flat_map(|rest| rest.split('"').next().unwrap().split(' '))
                    .map(str::to_owned)
                    .collect()
            };
            let ids = values("id");
            for id in &ids {
                assert_eq!(
                    ids.iter().filter(|other| *other == id).count(),
                    1,
                    "{name}: {id}"
                );
            }
            for attribute in ["for", "aria-labelledby", "aria-describedby", "data-copy"] {
                for id in values(attribute) {
                    assert!(ids.contains(&id), "{name}: {attribute} {id}");
                }
            }
        }
    }

    #[test]
    fn a_form_shown_again_says_so_in_the_title_and_links_to_the_field() {
        let (_, page) = pages()
            .into_iter()
            .find(|(name, _)| name == "challenge-wrong")
            .unwrap();
        assert!(page.contains("<title>Error: Enter your code"));
        assert!(page.contains("<a href=\"#code\">Enter the next code</a>"));
        // In full once, at the field.
        let problem = samples::FRAME.problem(&texts::FormProblem::CodeWrong);
        assert_eq!(page.replace("&#39;", "'").matches(&problem).count(), 1);
        assert!(page.contains("aria-invalid=\"true\""));
        assert!(page.contains("aria-describedby=\"code-hint code-error\""));
        let (_, page) = pages()
            .into_iter()
            .find(|(name, _)| name == "challenge")
            .unwrap();
        assert!(page.contains("<title>Enter your code"));
        assert!(!page.contains("aria-invalid") && !page.contains("role=\"alert\""));
    }

    #[test]
    fn the_text_about_a_long_name_states_the_limit() {
        let limit = texts::NAME_MAX.to_string();
        let said = samples::FRAME.problem(&texts::FormProblem::NameTooLong);
        assert!(said.contains(&limit), "{said}");
    }

    #[test]
    fn what_a_user_typed_is_escaped() {
        for (name, page) in pages() {
            assert!(
                !page.contains("<work>") && !page.contains("<only>"),
                "{name}"
            );
        }
    }

    #[test]
    fn a_name_in_a_sentence_is_set_apart_from_it() {
        let pages = pages();
        let holds = |page: &str, words: &str| {
            let (_, page) = pages.iter().find(|(name, _)| name == page).unwrap();
            assert!(page.contains(words), "{words}");
        };
        holds("security-one", "“<bdi>Pixel 9</bdi>” has been added.");
        holds(
            "security-many",
            "authenticator “<bdi>\u{202e}9 lexiP</bdi>”",
        );
        holds("step-up-wrong", "to remove “<bdi>Pixel 9</bdi>”.");
        holds("de-step-up-wrong", "um „<bdi>Pixel 9</bdi>“ zu entfernen.");
        holds("de-security-one", "„<bdi>Pixel 9</bdi>“ wurde hinzugefügt.");
    }

    #[test]
    fn repeated_activity_is_counted_and_all_but_the_newest_folded_away() {
        let pages = pages();
        let page = |wanted: &str| &pages.iter().find(|(name, _)| name == wanted).unwrap().1;
        let (shown, folded) = page("security-many").split_once("Show all").unwrap();
        assert!(shown.contains("Wrong code · 3 times"));
        assert_eq!(shown.matches("<p class=\"meta when\">").count(), 5);
        assert!(folded.contains("<p class=\"meta when\">"));
        assert!(!page("security-one").contains("Show all"));
    }

    #[test]
    fn signing_out_others_is_offered_where_there_are_others() {
        let pages = pages();
        let page = |wanted: &str| &pages.iter().find(|(name, _)| name == wanted).unwrap().1;
        let action = "action=\"/settings/security/sign-out-others\"";
        for (name, words, offered) in [
            ("security-empty", "No other sessions", false),
            ("security-one", "1 other session", true),
            ("security-two", "2 other sessions", true),
        ] {
            assert!(page(name).contains(words), "{name}");
            assert_eq!(page(name).contains(action), offered, "{name}");
        }
    }

    #[test]
    fn the_request_id_is_spoken_in_groups_and_copied_in_one_piece() {
        let pages = pages();
        let (_, page) = pages.iter().find(|(name, _)| name == "locked").unwrap();
        let id = page.split_once("<code class=\"id\">").unwrap().1;
        let id = id.split_once("</code>").unwrap().0;
        assert!(id.starts_with("<span>0193</span><wbr><span>9d8e</span><wbr>"));
        let text = id.split('<').filter_map(|tag| tag.split('>').nth(1));
        assert_eq!(text.collect::<String>(), samples::FRAME.request_id);
    }

    #[test]
    fn users_meet_no_factors() {
        for (name, page) in pages() {
            let page = page.to_lowercase().replace("two-factor", "");
            let page = page.replace("zwei-faktor", "");
            assert!(
                !page.contains("factor") && !page.contains("faktor"),
                "{name}"
            );
        }
    }

    #[test]
    fn the_key_is_grouped_by_four_and_the_code_has_no_xml_declaration() {
        let page = samples::all(
            "<?xml version=\"1.0\"?><svg id=\"drawn\"></svg>",
            Language::English,
        );
        let (_, page) = page.into_iter().find(|(name, _)| name == "enrol").unwrap();
        assert!(page.contains("JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"));
        assert!(page.contains("><svg id=\"drawn\"></svg></div>") && !page.contains("<?xml"));
    }

    #[test]
    fn a_page_and_its_assets_stay_under_30_kb() {
        let assets: usize = ["stepgate.css", "stepgate.js", "icon.svg"]
            .into_iter()
            .map(|name| crate::portal::assets::get(name).unwrap().0.len())
            .sum();
        for (name, page) in pages() {
            let size = assets + page.len();
            assert!(size < 30 * 1024, "{name}: {size} bytes");
        }
    }

    #[test]
    fn pages_can_be_written_out_for_looking_at() {
        let Some(folder) = std::env::var_os("STEPGATE_PAGES_DIR") else {
            return;
        };
        std::fs::create_dir_all(&folder).unwrap();
        for (name, page) in pages() {
            let path = std::path::Path::new(&folder).join(format!("{name}.html"));
            std::fs::write(path, page).unwrap();
        }
    }
}
