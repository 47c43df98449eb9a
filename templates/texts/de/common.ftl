# Was auf mehr als einer Seite steht. Anrede: Sie. Ein Satz sagt, was zu tun ist.

-authenticator-app = Authenticator-App
-security-key = Sicherheitsschlüssel

error-mark = Fehler:
problem-title = Es gibt ein Problem:
cancel = Abbrechen
save = Speichern
sign-in = Anmelden
sign-out = Abmelden
try-again = Noch einmal versuchen
verify = Bestätigen
copy = Kopieren
copied = Kopiert
use-passkey = Passkey verwenden

date-time = { $day }. { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
} { $year }, { $time } UTC
date-unknown = unbekannt

help-question = Brauchen Sie Hilfe?
help-link = Support kontaktieren
support-link = wenden Sie sich an den Support
support-none = wenden Sie sich an Ihre Administration

account-signing-in = Anmeldung als { $name }
account-not-you = Sind Sie das nicht?
account-signed-in = Angemeldet als { $name }

field-code = 6-stelliger Bestätigungscode
    .title = Sechs Ziffern
    .automatic = Er wird geprüft, sobald Sie alle sechs Ziffern eingegeben haben.
field-backup-code = Backup-Code
    .hint = 16 Buchstaben und Ziffern. Bindestriche und Großschreibung spielen keine Rolle.
field-token = Code von Ihrer Administration
    .hint = Er zeigt, dass Sie selbst das hier einrichten. Sie haben ihn von Ihrer Administration erhalten.
field-name = Name
field-password = Passwort

way-code = Bestätigungscode aus Ihrer { -authenticator-app } verwenden
way-passkey = Passkey verwenden
way-backup-code = Backup-Code verwenden
way-password = Passwort verwenden
ways-title = Einen anderen Weg wählen
ways-nothing-works = Nichts davon geht? Wenden Sie sich an Ihre Administration.
ways-nothing-works-support = Nichts davon geht? Fragen Sie Ihre Administration, oder { $support }.

passkey-no-script = Passkeys brauchen JavaScript, und das ist in diesem Browser ausgeschaltet.
passkey-cancelled = Die Abfrage wurde geschlossen, oder Ihr Passkey ist nicht auf diesem Gerät. Versuchen Sie es noch einmal, nehmen Sie das Gerät mit dem Passkey, oder wählen Sie einen anderen Weg.
    .new = Die Abfrage wurde geschlossen, bevor sie fertig war. Versuchen Sie es noch einmal, wenn Sie so weit sind.
passkey-late = Es hat zu lange gedauert. Versuchen Sie es noch einmal.
passkey-unsupported = Dieser Browser kann hier keine Passkeys verwenden. Wählen Sie einen anderen Weg oder einen anderen Browser.
passkey-known = Auf diesem Gerät oder Schlüssel gibt es schon einen Passkey für Ihr Konto, und Sie können ihn verwenden. Für einen weiteren nehmen Sie ein anderes Gerät oder einen anderen Schlüssel.
passkey-unfit = Dieses Gerät kann keinen Passkey aufbewahren, der durch Displaysperre, Fingerabdruck oder Gesicht geschützt ist. Richten Sie das auf dem Gerät ein, oder verwenden Sie einen { -security-key }.
passkey-failed = Der Passkey konnte nicht verwendet werden. Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.
