//! T5: every form of deletion is one, and nothing else is.

use crate::scene::{OWNER, Scene, is_out, works_on};
use crate::support::people::Person;
use crate::support::traits::t05_ways_to_delete::{DELETIONS, WORDS, WaysToDelete};

async fn setting() -> Scene<WaysToDelete> {
    Scene::start(WaysToDelete::default(), |config| {
        config.clear("guard.sign_out");
    })
    .await
}

#[tokio::test]
async fn every_form_of_deletion_signs_out_and_makes_copies_worthless() {
    let scene = setting().await;
    for (number, form) in DELETIONS.iter().enumerate() {
        let person = Person(10 + u32::try_from(number).unwrap());
        let mut browser = scene.by_password(person).await;
        let mut copy = browser.clone();
        let bye = browser.get(&format!("/out/{number}")).await;
        assert!(bye.holds("bye"), "{form}: {bye:?}");
        assert_eq!(browser.jar.get("sessionid"), None, "{form}");
        assert_eq!(
            browser.jar.token(),
            None,
            "{form}: the gateway's session goes on"
        );
        is_out(&mut browser).await;
        is_out(&mut copy).await;
        // The application has forgotten nothing: it is the gateway that shut the door.
        let raw = scene.app.0.of(person).pop().unwrap();
        scene.opens_directly("sessionid", &raw, person).await;
    }
}

#[tokio::test]
async fn words_that_look_like_a_deletion_are_values_where_nothing_expires() {
    let scene = setting().await;
    let (mut browser, _phone) = scene.user_comes_in().await;
    for (number, word) in WORDS.iter().enumerate() {
        let page = browser.get(&format!("/rename/{number}")).await;
        assert!(page.holds("renamed"), "{word}: {page:?}");
        scene.origin.forget();
        works_on(&mut browser, OWNER).await;
        let request = scene.origin.last_to("/private/3");
        assert_eq!(request.cookie("sessionid").as_deref(), Some(*word));
        assert_eq!(request.header("X-MFA-Verified"), Some("true"), "{word}");
    }
}

#[tokio::test]
async fn with_the_password_alone_no_deletion_helps() {
    let scene = setting().await;
    scene.both_sides().await;
}
