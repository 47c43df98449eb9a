//! Sealed cookies in the wrong hands: of another sign-in, of another record, of before a sign-out.
//! The measure is what the application receives: not one opened id.

use crate::support::people::{self, admit};
use crate::support::{Browser, CrmApp, Gateway, Ids, Origin, PROTECTED, Person};
use std::sync::Arc;

const SESSION: &str = "sessionid";

async fn setting(ids: Ids) -> (CrmApp, Origin, Gateway) {
    let app = CrmApp::with(|app| (app.ids, app.csrf) = (ids, false));
    let origin = Origin::start(Arc::new(app.clone())).await;
    let gateway = Gateway::start(origin.addr, |_| {}).await;
    (app, origin, gateway)
}

fn seal(browser: &Browser) -> String {
    let value = browser
        .jar
        .get(SESSION)
        .expect("a sealed cookie")
        .to_owned();
    assert!(value.starts_with("sg1."), "{value}");
    value
}

/// Presents `seal` with the token of `browser`; the application must not receive any of `ids`.
async fn present(origin: &Origin, browser: &Browser, seal: &str, ids: &[String], how: &str) {
    let mut thief = browser.clone();
    thief.jar.plant(SESSION, seal);
    thief.seen.clear();
    origin.forget();
    for target in ["/private", "/", "/upload"] {
        thief.clone().get(target).await;
        thief.clone().fetch(target).await;
        thief.clone().image(target).await;
        thief.clone().post_form(target, &[("a", "b")]).await;
    }
    for id in ids {
        assert!(!origin.received(id), "{how}: the application received {id}");
    }
}

#[tokio::test]
async fn a_seal_of_the_time_before_the_sign_in_does_not_open_after_it() {
    let (app, origin, gateway) = setting(Ids::Rotates).await;
    let mut browser = gateway.browser();
    browser.get("/login").await;
    let early = seal(&browser);
    let early_ids = app.anonymous_sessions();
    assert_eq!(early_ids.len(), 1);
    people::sign_in(&mut browser, Person(1)).await;
    assert!(browser.get("/private").await.holds(PROTECTED));
    assert_ne!(seal(&browser), early);
    // The application would take the old id as a stranger's again.
    app.plant(&early_ids[0], Some(Person(9)));
    present(
        &origin,
        &browser,
        &early,
        &early_ids,
        "anonymous seal in a signed-in session",
    )
    .await;
}

#[tokio::test]
async fn seals_of_two_sign_ins_at_one_browser_do_not_open_with_each_others_token() {
    for ids in [Ids::Rotates, Ids::Kept] {
        let (app, origin, gateway) = setting(ids).await;
        let (mut browser, _first_phone) = people::enrolled(&gateway, Person(1)).await;
        let first = browser.clone();
        let first_ids = app.sessions_of(Person(1));
        let (_second_owner, mut second_phone) = people::enrolled(&gateway, Person(2)).await;
        let known = app.sessions_of(Person(2));
        admit(&mut browser, Person(2), &mut second_phone).await;
        assert!(
            browser.get("/private").await.holds(&Person(2).marker()),
            "{ids:?}"
        );
        let second_ids: Vec<_> = app
            .sessions_of(Person(2))
            .into_iter()
            .filter(|id| !known.contains(id))
            .collect();
        assert!(!first_ids.is_empty() && !second_ids.is_empty(), "{ids:?}");

        present(
            &origin,
            &browser,
            &seal(&first),
            &first_ids,
            "first seal, second token",
        )
        .await;
        present(
            &origin,
            &first,
            &seal(&browser),
            &second_ids,
            "second seal, first token",
        )
        .await;
        present(
            &origin,
            &first,
            &seal(&first),
            &first_ids,
            "both of the first, which has ended",
        )
        .await;
    }
}

#[tokio::test]
async fn seals_of_two_users_do_not_open_with_each_others_token() {
    let (app, origin, gateway) = setting(Ids::Rotates).await;
    let (one, _phone) = people::enrolled(&gateway, Person(1)).await;
    let (other, _other_phone) = people::enrolled(&gateway, Person(2)).await;
    let plain = people::password_only(&gateway, Person(3)).await;
    let mut visitor = gateway.browser();
    visitor.get("/login").await;
    let owners = [(&one, Person(1)), (&other, Person(2)), (&plain, Person(3))];
    for (holder, person) in owners {
        let ids = app.sessions_of(person);
        for (thief, name) in [
            (&one, "1"),
            (&other, "2"),
            (&plain, "3"),
            (&visitor, "visitor"),
        ] {
            if thief.jar.token() != holder.jar.token() {
                present(
                    &origin,
                    thief,
                    &seal(holder),
                    &ids,
                    &format!("seal of {person:?} with {name}"),
                )
                .await;
            }
        }
        let mut nobody = gateway.browser();
        nobody.jar.plant("theme", "dark");
        present(&origin, &nobody, &seal(holder), &ids, "without a token").await;
        assert!(
            holder.clone().get("/private").await.holds(&person.marker()),
            "{person:?} was thrown out by it"
        );
    }
}

#[tokio::test]
async fn a_seal_from_before_a_sign_out_does_not_open_in_the_next_session() {
    for ids in [Ids::Rotates, Ids::Kept] {
        let (app, origin, gateway) = setting(ids).await;
        let (mut browser, mut phone) = people::enrolled(&gateway, Person(1)).await;
        let before = browser.clone();
        let old_ids = app.sessions_of(Person(1));
        browser.get("/logout").await;
        // The application forgot to end it.
        old_ids.iter().for_each(|id| app.plant(id, Some(Person(1))));
        present(
            &origin,
            &before,
            &seal(&before),
            &old_ids,
            "the whole jar from before",
        )
        .await;
        admit(&mut browser, Person(1), &mut phone).await;
        present(
            &origin,
            &browser,
            &seal(&before),
            &old_ids,
            "old seal, new token",
        )
        .await;
    }
}

#[tokio::test]
async fn a_seal_that_was_tampered_with_does_not_open() {
    let (app, origin, gateway) = setting(Ids::Rotates).await;
    let (browser, _phone) = people::enrolled(&gateway, Person(1)).await;
    let ids = app.sessions_of(Person(1));
    let good = seal(&browser);
    let body = good.rfind('.').unwrap() + 1;
    let mut bad = vec![
        good[..good.len() - 1].to_owned(),
        format!("{good}A"),
        format!("{good}="),
        good.replacen("sg1.", "sg2.", 1),
        good.replacen("sg1.", "", 1),
        good[body..].to_owned(),
        format!("sg1..{}", &good[body..]),
        format!("sg1.{}", "A".repeat(5_000)),
    ];
    for at in [body, body + 5, body + 20, good.len() - 2] {
        let mut bytes = good.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        bad.push(String::from_utf8(bytes).unwrap());
    }
    for seal in bad {
        present(&origin, &browser, &seal, &ids, &seal).await;
    }
    assert!(
        browser
            .clone()
            .get("/private")
            .await
            .holds(&Person(1).marker()),
        "the good seal died of it"
    );
}
