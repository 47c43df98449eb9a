# What leads from the security page to a change, and the enrolment before the first page.

step-up-title = Confirm that it is you
    .confirm = Confirm
    .password-hint = The one that you sign in to { $app } with.
    .code-hint = If you have just used a code, wait for the next one.
# $reason is one of the messages below.
step-up-password = Type your password { $reason }. For a few minutes after that you won't be asked again.
step-up-passkey = Use your passkey { $reason }. For a few minutes after that you won't be asked again.
step-up-code = Type a code from your authenticator app { $reason }. For a few minutes after that you won't be asked again.
reason-add-authenticator = to add an authenticator
reason-add-passkey = to add a passkey
reason-new-backup-codes = to make new backup codes
reason-remove = to remove “{ $name }”
reason-open-page = to open this page

sign-in-again = Sign in again
    .lead = You signed in a while ago. Sign in again with your password { $reason }, so that nobody else can do it from a browser that was left open. You come back here afterwards.

# The digits stand in the place of $digits, and are not broken over two lines.
enrol-title = Add an authenticator
    .lead = Use an authenticator app or a password manager that makes { $digits } codes.
    .digits = 6-digit
enrol-forced = Set up two-factor authentication
    .lead = { $app } asks for a code from your phone in addition to your password, so that a stolen password is not enough. It takes about a minute, and you do it once.
enrol-scan = 1. Scan this QR code
    .lead = Open your app, choose to add an account, and point the camera here.
    .image = QR code for your authenticator app. It holds the same key as the text below.
enrol-key = Can't scan? Type this key into your app
enrol-same-device = On the device that has the app?
    .link = Open it in your app
enrol-save = 2. Type the code and save
    .code-hint = The code that your app shows now.
    .name-hint = Tells it from others later: the phone or app it is on.
    .button = Save authenticator
enrol-passkey = Use a passkey instead
# The names that are proposed; they can be changed.
enrol-name = Authenticator app
enrol-name-next = Authenticator app { $count }

new-passkey = Add a passkey
    .lead = A passkey signs you in with your face, finger or screen lock. It can't be guessed, and a fake site can't ask for it. Your browser asks next where to save it: on this device, on your phone, or in your password manager.
    .create = Create passkey
    .other = Use a security key instead
    .name = Passkey
new-security-key = Add a security key
    .lead = A small device that you plug in or hold close. Have it ready: your browser asks for it next, and for its PIN if it has one.
    .create = Use security key
    .other = Save a passkey on a device instead
    .name = Security key
new-passkey-name = Name
    .optional = (optional)
    .hint = Leave it empty to use the name of what it is saved in. You can change it later.
new-passkey-app = Use an authenticator app instead

rename-title = Rename { $name }
    .hint = For example the phone or app it is on.

remove-title = Remove { $name }?
    .lead = It stops working at once. Your others stay as they are.
    .button = Remove
remove-last = This is the last one.
    .codes = Your backup codes end with it.
remove-last-optional = You stay signed in here, but your next sign-in will ask for your password only. Anyone who knows it can get into your account.
remove-last-required = You stay signed in here, but your next sign-in will ask you to set up a new one before you can go on.

codes-new = New backup codes
    .lead = Ten codes for the day when you don't have your phone or your passkey. Each signs you in once. They are shown one time only.
    .first = Make backup codes
    .replace = Make new backup codes?
    .replaces = The codes that you have now stop working at once.
    .again = Codes were made a moment ago, and the page that showed them is the only copy. If you did not save them, make new ones.
    .button = Make codes
# The file's is the first line of what is downloaded.
codes-shown = Your backup codes
    .lead = Save them now, in your password manager or on paper. They won't be shown again.
    .hint = Each works once.
    .download = Download
    .print = Print
    .saved = I have saved these codes
    .done = Done
    .file = { $app } backup codes
