//! An application whose cookie has no `Path`, so that the request chooses it, and that reads the
//! first value of two: a client that orders its cookies must not choose whose session is asked about.

use crate::side_doors::{Scene, SideDoors};
use crate::support::people::{self, answer_challenge};
use crate::support::{Authenticator, Browser, Call, Page, Person};

const VICTIM: Person = Person(1);
const ATTACKER: Person = Person(2);

async fn setting(rotates: bool) -> (Scene, Authenticator) {
    let app = SideDoors::with(|app| (app.rotates, app.rooted) = (rotates, false));
    let scene = Scene::start(app, |_| {}).await;
    let (_victim, _phone) = people::enrolled(&scene.gateway, VICTIM).await;
    let (_own, own_phone) = people::enrolled(&scene.gateway, ATTACKER).await;
    (scene, own_phone)
}

/// A client that forgets no cookie and sends them as it likes.
struct Client {
    browser: Browser,
    tokens: Vec<String>,
    /// Sealed values with the path that they came for.
    seals: Vec<(String, String)>,
}

impl Client {
    fn new(browser: Browser) -> Self {
        Self {
            browser,
            tokens: Vec::new(),
            seals: Vec::new(),
        }
    }

    fn keep(&mut self) {
        let token = self.browser.jar.token().map(str::to_owned);
        self.tokens.extend(token);
        self.tokens.dedup();
        for cookie in self.browser.jar.live() {
            let pair = (cookie.path.clone(), cookie.value.clone());
            if cookie.name == "sessionid" && !self.seals.contains(&pair) {
                self.seals.push(pair);
            }
        }
    }

    fn newest(&self, path: &str) -> Option<&str> {
        let of_path = self.seals.iter().rfind(|(known, _)| known == path);
        of_path.map(|(_, value)| value.as_str())
    }

    /// Sends the newest values of these paths in this order, as far as there are any.
    async fn send_for(&mut self, paths: &[&str], method: &str, target: &str, body: &str) -> Page {
        let values: Vec<String> = paths
            .iter()
            .filter_map(|path| self.newest(path).map(str::to_owned))
            .collect();
        let token = self.tokens.last().cloned().unwrap_or_default();
        self.send(&token, &values, method, target, body).await
    }

    async fn send(
        &mut self,
        token: &str,
        values: &[String],
        method: &str,
        target: &str,
        body: &str,
    ) -> Page {
        let mut cookies = vec![format!("stepgate={token}")];
        cookies.extend(values.iter().map(|value| format!("sessionid={value}")));
        self.browser.extra = vec![("Cookie".to_owned(), cookies.join("; "))];
        let kind = "application/x-www-form-urlencoded";
        let body = (method == "POST").then(|| (kind, body.as_bytes().to_vec()));
        let call = Call::Navigation;
        let page = self.browser.send(call, method, target, body).await;
        self.browser.extra.clear();
        self.keep();
        page
    }

    /// Every order of at most three of the values, with every token.
    async fn every_order(&mut self) {
        let values: Vec<String> = self.seals.iter().map(|(_, value)| value.clone()).collect();
        let mut orders = vec![Vec::new()];
        for _ in 0..3 {
            for order in orders.clone() {
                let unused = values.iter().filter(|value| !order.contains(*value));
                orders.extend(
                    unused.map(|value| [order.as_slice(), std::slice::from_ref(value)].concat()),
                );
            }
            orders.sort();
            orders.dedup();
        }
        for token in self.tokens.clone() {
            for order in &orders {
                for target in ["/private", "/login/x/private"] {
                    self.send(&token, order, "GET", target, "").await;
                }
            }
        }
    }
}

fn password_of(person: Person) -> String {
    format!("email={}&password=pw", person.email())
}

fn assert_nothing_of_the_victim(scene: &Scene, client: &Client, how: &str) {
    let signed_in = scene.app.sessions_of(VICTIM).len();
    assert!(signed_in > 1, "{how}: the victim never signed in");
    assert!(!client.browser.saw(&VICTIM.marker()), "{how}");
    scene.assert_nobody_crossed(how);
}

#[tokio::test]
async fn two_sign_ins_at_two_paths_and_ones_own_code_do_not_open_the_victims_session() {
    for rotates in [true, false] {
        let how = format!("rotates: {rotates}");
        let (scene, mut own_phone) = setting(rotates).await;
        let mut client = Client::new(scene.gateway.browser());
        client.browser.get("/").await;
        client.keep();
        let (victim, own) = (password_of(VICTIM), password_of(ATTACKER));
        client.send_for(&["/"], "POST", "/login/x/1", &victim).await;
        client
            .send_for(&["/", "/login/x"], "POST", "/login/q/1", &own)
            .await;
        client
            .send_for(&["/login/q", "/", "/login/x"], "GET", "/private", "")
            .await;
        let page = client.browser.get_following("/.mfa/challenge").await;
        if page.has_field("code") {
            let code = own_phone.code().await;
            answer_challenge(&mut client.browser, &code).await;
            client.keep();
        }
        for paths in [
            ["/login/q", "/", "/login/x"],
            ["/login/x", "/", "/login/q"],
            ["/login/x", "/login/q", "/"],
        ] {
            client.send_for(&paths, "GET", "/private", "").await;
        }
        client.every_order().await;
        assert_nothing_of_the_victim(&scene, &client, &how);
    }
}

/// The second value comes from a sign-in that nobody declared, inside the attacker's own session.
#[tokio::test]
async fn a_second_value_inside_ones_own_session_does_not_open_the_victims() {
    let (scene, _) = setting(true).await;
    let own = Person(3);
    let (browser, _phone) = people::enrolled(&scene.gateway, own).await;
    let mut client = Client::new(browser);
    client.keep();
    let victim = password_of(VICTIM);
    let page = client
        .send_for(&["/"], "POST", "/sso/new/x/1", &victim)
        .await;
    assert!(!page.holds(&VICTIM.marker()), "{page:?}");
    for paths in [["/", "/sso/new/x"], ["/sso/new/x", "/"]] {
        for target in ["/private", "/sso/new/x/private"] {
            client.send_for(&paths, "GET", target, "").await;
        }
    }
    client.every_order().await;
    assert_nothing_of_the_victim(&scene, &client, "inside");
}
