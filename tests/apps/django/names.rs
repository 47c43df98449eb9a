//! People get another name, and stay who they are: with the template of docs/recipes.md.

use super::site::{ADA, ADMIN, Site, enrolled, sign_in};
use crate::support::answer_challenge;

const RECIPES: &str = include_str!("../../../docs/recipes.md");
const TEMPLATE: &str = include_str!("base_site.html");

#[tokio::test]
async fn with_the_key_on_the_page_a_person_of_another_name_is_asked_for_the_same_code() {
    let site = Site::start_with(&["base_site.html"], false, |config| {
        let id = "\"css:meta[name='user-key']\"";
        let name = "\"css:#user-tools strong\"";
        config.set("guard.identity.whoami", "id", id);
        config.set("guard.identity.whoami", "name", name);
    })
    .await;
    let (_owner, mut phone) = enrolled(&site, ADA).await;
    site.sql("UPDATE auth_user SET first_name = 'Countess' WHERE username = 'ada'")
        .await;

    let mut browser = site.gateway.browser();
    let held = sign_in(&mut browser, "/admin/", ADA, &ADA.password()).await;
    assert!(held.leads_to("/.mfa/challenge"), "{held:?}");
    let question = browser.get_following("/.mfa/challenge").await;
    assert!(question.reading().contains("Countess"), "{question:?}");
    let code = phone.code().await;
    assert_eq!(answer_challenge(&mut browser, &code).await.status, 303);
    assert!(browser.get("/admin/").await.holds(ADMIN));
}

#[test]
fn the_recipe_shows_that_template() {
    assert!(RECIPES.contains(TEMPLATE.trim_end()));
    assert!(RECIPES.contains("id = \"css:meta[name='user-key']\""));
}
