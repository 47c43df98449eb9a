# The security page: cards, notices, activity, sessions.

security-title = Security
security-back = Back to the application
security-lead = How you prove that it is you when you sign in.
security-lead-account = How you prove that it is you when you sign in as { $name }.
security-nudge = Add a second one, on another device, so that losing the first does not lock you out.

notice-added = “{ $name }” has been added. You can sign in with it from now on.
notice-removed = “{ $name }” has been removed. You can delete it in your app or password manager, too.
notice-renamed = It is now called “{ $name }”.
notice-others-signed-out = Your other sessions have been signed out.

security-authenticators = Authenticator app (TOTP)
    .lead = 6-digit codes from an app on your phone or in your password manager.
    .add = Add authenticator
    .none = No authenticator app.
    .nothing = No authenticator yet. Anyone who knows your password can sign in as you.

security-passkeys = Passkeys
    .lead = Your face, finger or screen lock, or a security key. The safest way: no fake site can use it.
    .add = Add passkey
    .add-key = Add security key
    .soon = Coming soon
    .none = No passkey yet.

security-codes = Backup codes
    .lead = Ten single-use codes for when you have nothing else with you.
    .first = Generate codes
    .new = Make new codes
    .none = No backup codes yet.
    .why = Add an authenticator app or a passkey first: backup codes stand in for one.
security-codes-left = Codes remaining: { $left } of { $made }.
security-codes-few = Codes remaining: { $left } of { $made }. Make new ones before you run out.
security-codes-made = Made { $time }

factor-added = Added { $time }
factor-used = Last used { $time }
factor-not-used = Not used yet
factor-disabled = Disabled after too many wrong codes. Remove it, or { $support }.
factor-rename = Rename
factor-new-name = New name
factor-remove = Remove
factor-remove-name = Remove { $name }

activity-title = Recent security activity
activity-none = Nothing yet. Sign-ins and changes will be listed here.
activity-not-you = If something here wasn't you, change your password and sign out other sessions.
# The second follows the first, for those who do not see what it belongs to.
activity-all = Show all
    .unseen = activity
# Only where it happened more than once.
activity-times = { $count } times

activity-signed-in = Signed in with “{ $name }”
activity-signed-in-backup-code = Signed in with a backup code
activity-signed-in-password = Signed in with a password only
activity-password-accepted = Password accepted, nothing else shown
activity-signed-out = Signed out
activity-confirmed = Confirmed with “{ $name }”
activity-confirmed-password = Confirmed with the password
activity-code-rejected = Wrong code
activity-passkey-rejected = Passkey not accepted
activity-backup-code-rejected = Wrong backup code
activity-backup-codes-made = Made new backup codes
activity-password-rejected = Wrong password when asked to confirm
activity-locked = Locked after too many wrong codes
activity-locked-passwords = Locked after too many wrong passwords
activity-ended-unchecked = Session ended, as passwords could not be checked
activity-added = Added “{ $name }”
activity-removed = Removed “{ $name }”
activity-renamed = Renamed to “{ $name }”
activity-disabled = Disabled authenticator “{ $name }” after too many wrong codes
activity-others-signed-out = Signed out other sessions
activity-administrator = An administrator changed how you sign in

sessions-none = No other sessions
    .lead = You are signed in only in this browser.
sessions-others = { $count ->
    [one] { $count } other session
   *[other] { $count } other sessions
}
    .lead = Sign out everywhere except in this browser.
    .sign-out = Sign out other sessions
