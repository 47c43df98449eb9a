//! The Fluent files, read once, and their messages put into words.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};

use super::Language;

/// What a message says of this case.
pub type Values<'a> = [(&'static str, FluentValue<'a>)];

/// What stands for a text that no language has: no key that says nothing to anybody, and no empty button.
pub const MISSING: &str = "\u{fffd}";

type Bundle = FluentBundle<FluentResource>;

/// The files of a folder below `templates/texts/`, in the binary.
macro_rules! files {
    ($folder:literal) => {
        &[
            include_str!(concat!("../../../templates/texts/", $folder, "/common.ftl")),
            include_str!(concat!(
                "../../../templates/texts/",
                $folder,
                "/sign_in.ftl"
            )),
            include_str!(concat!(
                "../../../templates/texts/",
                $folder,
                "/security.ftl"
            )),
            include_str!(concat!(
                "../../../templates/texts/",
                $folder,
                "/changes.ftl"
            )),
            include_str!(concat!(
                "../../../templates/texts/",
                $folder,
                "/form_problems.ftl"
            )),
            include_str!(concat!(
                "../../../templates/texts/",
                $folder,
                "/page_problems.ftl"
            )),
        ]
    };
}

pub(super) fn files(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => files!("en"),
        Language::German => files!("de"),
    }
}

pub(super) fn of(language: Language) -> &'static Bundle {
    static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| read(Language::English));
    static GERMAN: LazyLock<Bundle> = LazyLock::new(|| read(Language::German));
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
    }
}

fn read(language: Language) -> Bundle {
    let mut bundle = FluentBundle::new_concurrent(vec![language.identifier()]);
    // The pages set names apart by `<bdi>`; Fluent's own marks would come on top, in the page's title
    // and in what is copied as well.
    bundle.set_use_isolating(false);
    for file in files(language) {
        // What cannot be read is left out, here and below, and English stands in for it. The tests
        // see to it that there is no such thing.
        let resource = FluentResource::try_new((*file).to_owned());
        bundle.add_resource_overriding(resource.unwrap_or_else(|(rest, _)| rest));
    }
    bundle
}

/// The message `key`, or its `attribute`, in words; in English where this language lacks it.
pub fn say(
    language: Language,
    key: &str,
    attribute: Option<&str>,
    values: &Values<'_>,
) -> Cow<'static, str> {
    let args: FluentArgs<'_> = values.iter().cloned().collect();
    for language in [language, Language::English] {
        if let Some(text) = try_to_say(language, key, attribute, &args) {
            return text;
        }
        tracing::error!(
            key,
            attribute,
            language = language.tag(),
            "a text is missing"
        );
    }
    Cow::Borrowed(MISSING)
}

fn try_to_say(
    language: Language,
    key: &str,
    attribute: Option<&str>,
    args: &FluentArgs<'_>,
) -> Option<Cow<'static, str>> {
    let bundle = of(language);
    let message = bundle.get_message(key)?;
    let pattern = match attribute {
        None => message.value()?,
        Some(attribute) => message.get_attribute(attribute)?.value(),
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors);
    errors.is_empty().then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_not_there_is_no_panic_and_no_key() {
        for (key, attribute) in [("no-such-key", None), ("cancel", Some("none"))] {
            assert_eq!(say(Language::German, key, attribute, &[]), MISSING);
        }
        // Without its value.
        assert_eq!(say(Language::German, "activity-times", None, &[]), MISSING);
    }

    #[test]
    fn a_number_chooses_its_words() {
        let sessions = |language, count: u32| {
            say(
                language,
                "sessions-others",
                None,
                &[("count", count.into())],
            )
            .into_owned()
        };
        assert_eq!(sessions(Language::English, 1), "1 other session");
        assert_eq!(sessions(Language::English, 12), "12 other sessions");
        assert_eq!(sessions(Language::German, 1), "1 andere Sitzung");
        assert_eq!(sessions(Language::German, 1234), "1234 andere Sitzungen");
    }
}
