//! The application behind TLS with a certificate of its own authority.

use crate::support::people::{self, admit};
use crate::support::{CrmApp, Gateway, Origin, Person};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// TLS in front of `origin`, and the certificate that vouches for it, in PEM.
async fn tls_in_front_of(origin: SocketAddr, name: &str) -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(vec![name.to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut tls) = acceptor.accept(stream).await else {
                    return;
                };
                let mut plain = TcpStream::connect(origin).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut tls, &mut plain).await;
            });
        }
    });
    (addr, made.cert.pem())
}

async fn setting(certified: &str, expected: &str) -> (Origin, Gateway) {
    let origin = Origin::start(Arc::new(CrmApp::default())).await;
    let (addr, pem) = tls_in_front_of(origin.addr, certified).await;
    let ca = std::env::temp_dir().join(format!("stepgate-test-ca-{}.pem", addr.port()));
    std::fs::write(&ca, pem).unwrap();
    let gateway = Gateway::start(addr, |config| {
        config
            .set("upstream", "tls", "true")
            .set("upstream", "ca", &format!("{:?}", ca.to_str().unwrap()))
            .set("upstream", "server_name", &format!("{expected:?}"));
    });
    let gateway = gateway.await;
    std::fs::remove_file(&ca).unwrap();
    (origin, gateway)
}

#[tokio::test]
async fn a_sign_in_works_through_tls_to_the_application() {
    let (_origin, gateway) = setting("crm.internal", "crm.internal").await;
    let (_owner, mut phone) = people::enrolled(&gateway, Person(1)).await;
    let mut browser = gateway.browser();
    admit(&mut browser, Person(1), &mut phone).await;
    assert!(browser.get("/private").await.holds(&Person(1).marker()));
}

#[tokio::test]
async fn an_application_with_somebody_elses_certificate_gets_no_request() {
    let (origin, gateway) = setting("somebody.else", "crm.internal").await;
    let page = gateway.browser().get("/login").await;
    assert_eq!(page.status, 502, "{page:?}");
    assert!(origin.requests().is_empty());
}
