# Between the password and the application, and the end of a session.

challenge-code = Enter your code
    .lead = Open your authenticator app and type the code for { $app }.
challenge-passkey = Use your passkey
    .lead = Confirm your sign-in to { $app } with your face, finger, screen lock or security key.
challenge-backup-code = Enter a backup code
    .lead = Type one of the codes that you saved when you set up { $app }. Each works once.

locked-codes = Too many wrong codes
    .consequence = To keep your account safe, codes are not accepted for now, not even right ones.
    .suspicion = Whoever typed these codes knows your password. Change it as soon as you can.
locked-passwords = Too many wrong passwords
    .consequence = To keep your account safe, passwords are not accepted here for now, not even right ones.
    .suspicion = Whoever typed these passwords was using your session. Sign out here, and change your password as soon as you can.
# The script puts its own words in the place of the time: in 30 seconds (5:19:30).
locked-until = You can try again
    .at = at { $time }
locked-for-good = To keep your account safe, codes from your authenticator app are no longer accepted.
    .alone = Waiting does not help here: someone has to unlock your account.
locked-works = What still works
    .sessions = Where you are already signed in, you stay signed in.
    .unchanged = Your password and your authenticators have not been changed.
locked-not-you = If this wasn't you
locked-help = Can't wait, or lost your phone? Please { $support } and mention request { $request }.

moment-title = Finishing your sign-in
    .heading = One moment
    .lead = Finishing your sign-in…
    .nothing = Nothing happens?
    .continue = Continue

framed-title = Finish signing in
    .lead = { $app } needs a code from your authenticator before it can show this part.
    .continue = Continue

sign-out-title = Sign out
    .heading = Sign out?
    .lead = This ends your session in this browser.
    .stay = Stay signed in
sign-out-account = You are signed in as { $name }.

ended-signed-out = You are signed out
    .explanation = You can close this window.
ended-expired = Your session has ended
    .explanation = To keep your account safe, sessions end after a while. Sign in again to go on.
ended-attempts = This sign-in has ended
    .explanation = There were too many wrong codes or passkeys. Sign in again with your password. If you use codes, check that your phone's clock is right.
ended-passwords = Your session has ended
    .explanation = There were too many wrong passwords. Sign in again with the one that you know to be right.
ended-unchecked = Your session has ended
    .explanation = Your password couldn't be checked several times in a row. Sign in again to go on.
ended-not-signed-in = You are not signed in
    .explanation = Sign in to open this page.
