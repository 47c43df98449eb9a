//! Ending sessions.

use super::{Actor, FlowError, Flows, audit};

impl Flows {
    /// Ends this session. Its seals die with it, so the application's cookie is worthless too.
    pub async fn sign_out(&self, actor: Actor<'_>) -> Result<(), FlowError> {
        self.sessions.end(actor.held.record.id).await?;
        self.note(actor, audit::SIGNED_OUT, "").await;
        Ok(())
    }

    /// Ends every other session of this user; how many that were.
    pub async fn sign_out_others(&self, actor: Actor<'_>) -> Result<usize, FlowError> {
        let mut ended = 0_usize;
        for held in self.sessions.of_user(actor.user()).await? {
            if held.record.id != actor.held.record.id {
                self.sessions.end(held.record.id).await?;
                ended = ended.saturating_add(1);
            }
        }
        self.note(actor, audit::OTHER_SESSIONS_ENDED, &ended.to_string())
            .await;
        Ok(ended)
    }
}
