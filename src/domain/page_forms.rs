//! Forms on the application's pages: what a browser would send of them without being asked.

use scraper::{ElementRef, Html, Selector};

/// What a page says of one of its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageForm {
    /// As it stands there; empty where it does not.
    pub action: String,
    /// Hidden fields, preset choices and the button that the Enter key presses.
    pub fields: Vec<(String, String)>,
}

/// The fields of the form that has the field `password`, or else some field for a password. `None`
/// where the page has no such form.
pub fn sign_in_fields(html: &str, password: &str) -> Option<Vec<(String, String)>> {
    let page = Html::parse_document(html);
    let (forms, controls) = (parsed("form")?, parsed("input")?);
    let named = |form: &ElementRef<'_>| {
        let mut controls = form.select(&controls);
        controls.any(|control| control.attr("name") == Some(password))
    };
    let secret = |form: &ElementRef<'_>| {
        let mut controls = form.select(&controls);
        controls.any(|control| kind(control) == "password")
    };
    let form = page.select(&forms).find(named);
    let form = form.or_else(|| page.select(&forms).find(secret))?;
    unasked(form)
}

/// The forms of a page that are sent by POST.
pub fn posted(html: &str) -> Vec<PageForm> {
    let page = Html::parse_document(html);
    let Some(forms) = parsed("form") else {
        return Vec::new();
    };
    let posts = |form: &ElementRef<'_>| {
        let method = form.attr("method").unwrap_or_default();
        method.eq_ignore_ascii_case("post")
    };
    let read = |form: ElementRef<'_>| {
        Some(PageForm {
            action: form.attr("action").unwrap_or_default().trim().to_owned(),
            fields: unasked(form)?,
        })
    };
    page.select(&forms).filter(posts).filter_map(read).collect()
}

fn unasked(form: ElementRef<'_>) -> Option<Vec<(String, String)>> {
    let controls = parsed("input, select, button")?;
    let (mut fields, mut pressed) = (Vec::new(), false);
    for control in form.select(&controls) {
        if control.attr("disabled").is_some() {
            continue;
        }
        let value = match kind(control).as_str() {
            "hidden" => control.attr("value").unwrap_or_default().to_owned(),
            "select" => chosen(control),
            // Some applications look for the name of the button.
            "submit" if !std::mem::replace(&mut pressed, true) => {
                control.attr("value").unwrap_or_default().to_owned()
            }
            _ => continue,
        };
        let name = control.attr("name").unwrap_or_default();
        if !name.is_empty() {
            fields.push((name.to_owned(), value));
        }
    }
    Some(fields)
}

fn kind(control: ElementRef<'_>) -> String {
    let kind = control.attr("type").map(str::to_ascii_lowercase);
    match (control.value().name(), kind) {
        ("select", _) => "select".to_owned(),
        ("button", kind) => kind.unwrap_or_else(|| "submit".to_owned()),
        (_, kind) => kind.unwrap_or_default(),
    }
}

/// The option that is preset; the first one where none is.
fn chosen(select: ElementRef<'_>) -> String {
    let Some(options) = parsed("option") else {
        return String::new();
    };
    let preset = select
        .select(&options)
        .find(|option| option.attr("selected").is_some());
    let option = preset.or_else(|| select.select(&options).next());
    option.map_or_else(String::new, |option| match option.attr("value") {
        Some(value) => value.to_owned(),
        None => option.text().collect::<String>().trim().to_owned(),
    })
}

fn parsed(css: &str) -> Option<Selector> {
    Selector::parse(css).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(html: &str) -> Option<Vec<(String, String)>> {
        sign_in_fields(html, "password")
    }

    #[test]
    fn hidden_fields_choices_and_the_first_button_go_along() {
        let html = "<form><input type=hidden name=q></form>\
            <form method=post><input type=HIDDEN name=token value='a&amp;b'>\
            <input type=hidden name=off value=1 disabled><input type=hidden value=nameless>\
            <input name=email value=preset><input type=password name=password>\
            <input type=checkbox name=remember checked>\
            <select name=lang><option value=de>Deutsch<option value=en selected>English</select>\
            <select name=realm><option> main </option><option>other</option></select>\
            <button type=button name=show>Show</button><button name=login value=1>Sign in</button>\
            <input type=submit name=cancel value=Cancel></form>";
        let expected = [
            ("token", "a&b"),
            ("lang", "en"),
            ("realm", "main"),
            ("login", "1"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(fields(html), Some(expected.to_vec()));
    }

    #[test]
    fn a_form_under_another_name_is_found_by_its_password_field() {
        let html = "<form><input type=hidden name=search></form>\
            <form><input type=hidden name=t value=1><input type=password name=pass></form>";
        assert_eq!(fields(html), Some(vec![("t".into(), "1".into())]));
    }

    #[test]
    fn a_page_without_such_a_form_has_none() {
        for html in [
            "",
            "<p>Signed in already</p>",
            "<form><input name=q></form>",
        ] {
            assert_eq!(fields(html), None, "{html}");
        }
    }

    #[test]
    fn forms_that_are_posted_are_told_with_their_action() {
        let html = "<form action=/search></form>\
            <form method=POST action=' /logout '><input type=hidden name=t value=1><button>Out</button></form>";
        let out = PageForm {
            action: "/logout".into(),
            fields: vec![("t".into(), "1".into())],
        };
        assert_eq!(posted(html), [out]);
    }
}
