# What more than one page says. Plain text: no HTML, and no key without a use.
#
# $app is the application's name, and is there in every message.

error-mark = Error:
problem-title = There is a problem:
cancel = Cancel
save = Save
sign-in = Sign in
sign-out = Sign out
try-again = Try again
verify = Verify
copy = Copy
copied = Copied
use-passkey = Use passkey

# $time is as 14:05, $month a number.
date-time = { $day } { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} { $year }, { $time } UTC
date-unknown = unknown

# At the foot of a page. The link stands behind the question.
help-question = Need help?
help-link = Contact support
# Inside a sentence, in the place of $support: a link, or words where there is no address.
support-link = contact support
support-none = ask your administrator

# Under the card, while somebody signs in. $name is the account.
account-signing-in = Signing in as { $name }
account-not-you = Not you?
account-signed-in = Signed in as { $name }

field-code = 6-digit code
    .title = Six digits
    .automatic = It is checked as soon as you type all six digits.
field-backup-code = Backup code
    .hint = 16 letters and digits. Dashes and capitals don't matter.
field-token = Code from your administrator
    .hint = It shows that it is you who sets this up. You got it from your administrator.
field-name = Name
field-password = Password

way-code = Use a code from your authenticator app
way-passkey = Use a passkey
way-backup-code = Use a backup code
way-password = Use your password
ways-title = Try another way
ways-nothing-works = Nothing works? Ask your administrator.
ways-nothing-works-support = Nothing works? Ask your administrator, or { $support }.

# What the script says when a browser gives no passkey.
passkey-no-script = Passkeys need JavaScript, which is switched off in this browser.
passkey-cancelled = The prompt was closed, or your passkey is not on this device. Try again, use the device that has it, or try another way.
    .new = The prompt was closed before it was done. Try again when you are ready.
passkey-late = It took too long. Try again.
passkey-unsupported = This browser can't use passkeys here. Try another way or another browser.
passkey-known = This device or key already has a passkey for your account, and you can use it. To add another one, use another device or key.
passkey-unfit = This device can't keep a passkey that is protected by a screen lock, finger or face. Set that up on the device, or use a security key.
passkey-failed = The passkey could not be used. Try again, or try another way.
