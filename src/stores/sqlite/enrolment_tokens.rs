//! An administrator's one-time codes. They are spent by the insert of the first factor.

use super::super::Stored;
use super::Database;
use crate::domain::clock::UnixTime;
use crate::domain::enrolment::EnrolmentDigest;
use crate::domain::ids::UserId;

impl Database {
    /// Stores the digest of a new code in the place of the user's last one.
    pub async fn put_enrolment_token(
        &self,
        user: &UserId,
        digest: EnrolmentDigest,
        expires: UnixTime,
    ) -> Stored<()> {
        let user = user.as_str().to_owned();
        self.run(|pool| async move {
            let query = "INSERT INTO enrolment_tokens (user_id, digest, expires) VALUES (?1, ?2, ?3) \
                         ON CONFLICT (user_id) DO UPDATE SET digest = ?2, expires = ?3";
            let put = sqlx::query(query).bind(user).bind(digest.0.as_slice()).bind(expires.0);
            put.execute(&pool).await.map(|_| ())
        })
        .await
    }
}
