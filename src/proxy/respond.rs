//! Writing a reply to the browser.

use http::Method;
use pingora::http::ResponseHeader;
use pingora::proxy::Session;

use super::reply::Reply;

/// Writes `reply` whole. With an unread request body the connection ends afterwards: what is still
/// in it must not be taken for the next request.
pub async fn write(session: &mut Session, reply: Reply, request_id: &str) -> pingora::Result<()> {
    if !session.is_body_done() {
        session.set_keepalive(None);
    }
    let mut head = ResponseHeader::build(reply.status, Some(reply.headers.len() + 2))?;
    for (name, value) in reply.headers {
        head.append_header(name, value)?;
    }
    let no_body = session.req_header().method == Method::HEAD
        || reply.status.is_informational()
        || matches!(reply.status.as_u16(), 204 | 304);
    let length = reply.declared_length.unwrap_or(reply.body.len() as u64);
    if !matches!(reply.status.as_u16(), 204 | 304) {
        head.insert_header("Content-Length", length.to_string())?;
    }
    head.insert_header("X-Request-Id", request_id)?;
    let ends = no_body || reply.body.is_empty();
    session.write_response_header(Box::new(head), ends).await?;
    if !ends {
        session.write_response_body(Some(reply.body), true).await?;
    }
    Ok(())
}
