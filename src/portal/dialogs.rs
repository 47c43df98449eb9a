//! Pages that are dialogs over the security page.

use askama::Template;

use super::views::{Frame, Over, SecurityPage};
use super::{Portal, Visit};

/// What stands behind a dialog, and where leaving it leads.
pub(super) struct Backdrop {
    behind: String,
    /// The security page, at what the dialog was opened with.
    pub leave: String,
}

impl Portal {
    /// For the dialog at `address`, a page under the security page.
    pub(super) async fn backdrop(&self, visit: &Visit<'_>, address: &str) -> Backdrop {
        Backdrop {
            behind: self.cards(visit).await,
            leave: self.opener(address),
        }
    }

    /// Decoration: where it cannot be had, the dialog stands alone, and what it shows (codes, perhaps,
    /// that are shown once) is not lost with it.
    async fn cards(&self, visit: &Visit<'_>) -> String {
        let request_id = visit.request.request_id;
        let overview = match self.flows.overview(visit.actor).await {
            Ok(overview) => overview,
            Err(error) => {
                tracing::warn!(request_id, %error, "there are no cards behind a dialog");
                return String::new();
            }
        };
        let cards = self.drawn(visit, &overview, |page| {
            let cards = SecurityPage {
                behind: true,
                accepted: "",
                notice: None,
                ..page
            };
            cards.as_cards().render()
        });
        cards.unwrap_or_else(|error| {
            tracing::error!(request_id, %error, "the cards could not be rendered");
            String::new()
        })
    }

    /// Where on the security page the dialog at `address` is opened.
    fn opener(&self, address: &str) -> String {
        let page = &self.settings.security_page;
        let path = address.split('?').next().unwrap_or_default();
        let opener = self.under(path, page).unwrap_or_default();
        match opener.strip_prefix('/') {
            Some(opener) => format!("{page}#{}", opener.replace('/', "-")),
            None => page.clone(),
        }
    }

    /// Without a backdrop the page stands for itself.
    pub(super) fn frame_over<'a>(
        &'a self,
        visit: &Visit<'a>,
        backdrop: Option<&'a Backdrop>,
    ) -> Frame<'a> {
        Frame {
            over: backdrop.map(|it| Over {
                behind: &it.behind,
                leave: &it.leave,
            }),
            ..self.frame(visit.request.reader())
        }
    }
}
