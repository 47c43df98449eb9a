//! Forms on the application's pages: what a browser would send of them without being asked.

use scraper::{ElementRef, Selector};

use super::page::Page;

/// What a page says of one of its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageForm {
    /// Where it is sent to: path and query.
    pub target: String,
    /// Hidden fields, preset choices and the button that the Enter key presses.
    pub fields: Vec<(String, String)>,
}

/// The names of the fields that people fill in.
#[derive(Clone, Copy, Debug)]
pub struct TypedFields<'a> {
    pub username: &'a str,
    pub password: &'a str,
}

/// Why no form of a page is the sign-in's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoSignIn {
    None,
    /// Several could be, and they differ.
    Several,
}

/// The fields of the sign-in form beside those that are typed: of the one that is posted with both of
/// them to where `posts_here` says; or else, where a script sends it, of the one with a field of that
/// name, or with some field for a password.
pub fn sign_in_fields(
    page: &Page<'_>,
    typed: TypedFields<'_>,
    posts_here: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String)>, NoSignIn> {
    let (Some(forms), Some(controls)) = (parsed("form"), parsed("input")) else {
        return Err(NoSignIn::None);
    };
    let has = |form: &ElementRef<'_>, wanted: &dyn Fn(ElementRef<'_>) -> bool| {
        let mut controls = form.select(&controls);
        controls.any(wanted)
    };
    let named = |form: &ElementRef<'_>, name: &str| {
        has(form, &|control| control.attr("name") == Some(name))
    };
    let declared = |form: &ElementRef<'_>| {
        let target = page.resolve(form.attr("action").unwrap_or_default());
        is_posted(form)
            && named(form, typed.username)
            && named(form, typed.password)
            && target.is_some_and(|target| posts_here(&target))
    };
    let scripted = |form: &ElementRef<'_>| named(form, typed.password);
    let secret = |form: &ElementRef<'_>| has(form, &|control| kind(control) == "password");
    let kinds: [&dyn Fn(&ElementRef<'_>) -> bool; 3] = [&declared, &scripted, &secret];
    for wanted in kinds {
        let forms = page.html.select(&forms).filter(|form| wanted(form));
        let mut found: Vec<_> = forms.filter_map(unasked).collect();
        found.dedup();
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => return Ok(only),
            (Some(_), false) => return Err(NoSignIn::Several),
            (None, _) => {}
        }
    }
    Err(NoSignIn::None)
}

/// The forms of a page that are sent by POST, to this origin.
pub fn posted(page: &Page<'_>) -> Vec<PageForm> {
    let Some(forms) = parsed("form") else {
        return Vec::new();
    };
    let read = |form: ElementRef<'_>| {
        Some(PageForm {
            target: page.resolve(form.attr("action").unwrap_or_default())?,
            fields: unasked(form)?,
        })
    };
    let forms = page.html.select(&forms).filter(is_posted);
    forms.filter_map(read).collect()
}

fn is_posted(form: &ElementRef<'_>) -> bool {
    let method = form.attr("method").unwrap_or_default();
    method.trim().eq_ignore_ascii_case("post")
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

    fn page(html: &str) -> Page<'_> {
        Page::parse(html, "/login", "https://crm.example.com")
    }

    fn found(html: &str) -> Result<Vec<(String, String)>, NoSignIn> {
        let typed = TypedFields {
            username: "email",
            password: "password",
        };
        sign_in_fields(&page(html), typed, |target| target == "/login")
    }

    fn fields(html: &str) -> Option<Vec<(String, String)>> {
        found(html).ok()
    }

    const BOTH: &str = "<input name=email><input type=password name=password></form>";

    #[test]
    fn of_several_forms_it_is_the_one_that_is_posted_to_the_sign_in() {
        let html = format!(
            "<form method=post action=/register><input type=hidden name=t value=register>{BOTH}\
             <form action=/login><input type=hidden name=t value=get>{BOTH}\
             <form method=post action=/login><input type=hidden name=t value=magic><input name=email></form>\
             <form method=post action=login><input type=hidden name=t value=login>{BOTH}"
        );
        assert_eq!(found(&html), Ok(vec![("t".into(), "login".into())]));
    }

    #[test]
    fn forms_that_cannot_be_told_apart_are_none_unless_they_say_the_same() {
        let form = |token: &str| {
            format!("<form method=post><input type=hidden name=t value={token}>{BOTH}")
        };
        let (one, other) = (form("1"), form("2"));
        assert_eq!(found(&format!("{one}{other}")), Err(NoSignIn::Several));
        assert_eq!(
            fields(&format!("{one}{one}")),
            Some(vec![("t".into(), "1".into())])
        );
        let scripted = |html: &str| html.replace("method=post", "");
        assert_eq!(
            found(&scripted(&format!("{one}{other}"))),
            Err(NoSignIn::Several)
        );
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
            target: "/logout".into(),
            fields: vec![("t".into(), "1".into())],
        };
        assert_eq!(posted(&page(html)), [out]);
    }
}
