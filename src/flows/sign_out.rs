//! Ending sessions.

use super::{Actor, FlowError, Flows, audit};

impl Flows {
    /// Ends this session. Its seals die with it, so the application's cookie is worthless too.
    pub async fn sign_out(&self, actor: Actor<'_>) -> Result<(), FlowError> {
        let ended = self.sessions.end(actor.held.record.id).await;
        self.note(actor, audit::SIGNED_OUT, "").await;
        Ok(ended?)
    }

    /// Ends every other session of this user; how many that were.
    pub async fn sign_out_others(&self, actor: Actor<'_>) -> Result<usize, FlowError> {
        let mut others = self.sessions.of_user(actor.user()).await?;
        others.retain(|held| held.record.id != actor.held.record.id);
        let mut outcome = Ok(());
        for held in &others {
            outcome = outcome.and(self.sessions.end(held.record.id).await);
        }
        let ended = others.len();
        self.note(actor, audit::OTHER_SESSIONS_ENDED, &ended.to_string())
            .await;
        outcome?;
        Ok(ended)
    }
}
