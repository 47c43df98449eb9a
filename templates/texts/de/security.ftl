# Die Sicherheitsseite: Karten, Meldungen, Aktivität, Sitzungen.

security-title = Sicherheit
security-back = Zurück zur Anwendung
security-lead = Wie Sie bei der Anmeldung zeigen, dass Sie es sind.
security-lead-account = Wie Sie bei der Anmeldung als { $name } zeigen, dass Sie es sind.
security-nudge = Fügen Sie auf einem anderen Gerät noch etwas Zweites hinzu, damit ein Verlust des ersten Sie nicht aussperrt.

notice-added = „{ $name }“ wurde hinzugefügt. Sie können sich ab jetzt damit anmelden.
notice-removed = „{ $name }“ wurde entfernt. Sie können den Eintrag auch in Ihrer App oder Ihrem Passwortmanager löschen.
notice-renamed = Der neue Name ist „{ $name }“.
notice-others-signed-out = Ihre anderen Sitzungen wurden abgemeldet.

security-authenticators = { -authenticator-app } (TOTP)
    .lead = 6-stellige Bestätigungscodes aus einer App auf Ihrem Telefon oder in Ihrem Passwortmanager.
    .add = { -authenticator-app } hinzufügen
    .none = Keine { -authenticator-app }.
    .nothing = Noch keine { -authenticator-app }. Wer Ihr Passwort kennt, kann sich als Sie anmelden.

security-passkeys = Passkeys
    .lead = Ihr Gesicht, Ihr Fingerabdruck, Ihre Displaysperre oder ein { -security-key }. Der sicherste Weg: Keine gefälschte Seite kann ihn nutzen.
    .add = Passkey hinzufügen
    .add-key = { -security-key } hinzufügen
    .soon = Bald verfügbar
    .none = Noch kein Passkey.

security-codes = Backup-Codes
    .lead = Zehn einmal verwendbare Codes für den Fall, dass Sie sonst nichts dabeihaben.
    .first = Codes erzeugen
    .new = Neue Codes erzeugen
    .none = Noch keine Backup-Codes.
    .why = Fügen Sie zuerst eine { -authenticator-app } oder einen Passkey hinzu: Backup-Codes sind der Ersatz dafür.
security-codes-left = Verbleibende Codes: { $left } von { $made }.
security-codes-few = Verbleibende Codes: { $left } von { $made }. Erzeugen Sie neue, bevor sie aufgebraucht sind.
security-codes-made = Erzeugt: { $time }

factor-added = Hinzugefügt: { $time }
factor-used = Zuletzt verwendet: { $time }
factor-not-used = Noch nicht verwendet
factor-disabled = Nach zu vielen falschen Codes gesperrt. Entfernen Sie den Eintrag, oder { $support }.
factor-rename = Umbenennen
factor-new-name = Neuer Name
factor-remove = Entfernen
factor-remove-name = Entfernen: { $name }

activity-title = Letzte Sicherheitsereignisse
activity-none = Noch nichts. Anmeldungen und Änderungen werden hier aufgeführt.
activity-not-you = Wenn etwas davon nicht von Ihnen war, ändern Sie Ihr Passwort und melden Sie andere Sitzungen ab.
activity-all = Alle anzeigen
    .unseen = (Ereignisse)
activity-times = { $count }-mal

activity-signed-in = Angemeldet mit „{ $name }“
activity-signed-in-backup-code = Angemeldet mit einem Backup-Code
activity-signed-in-password = Nur mit Passwort angemeldet
activity-password-accepted = Passwort angenommen, sonst nichts vorgezeigt
activity-signed-out = Abgemeldet
activity-confirmed = Bestätigt mit „{ $name }“
activity-confirmed-password = Bestätigt mit dem Passwort
activity-code-rejected = Falscher Code
activity-passkey-rejected = Passkey nicht angenommen
activity-backup-code-rejected = Falscher Backup-Code
activity-backup-codes-made = Neue Backup-Codes erzeugt
activity-password-rejected = Falsches Passwort bei einer Bestätigung
activity-locked = Gesperrt nach zu vielen falschen Codes
activity-locked-passwords = Gesperrt nach zu vielen falschen Passwörtern
activity-ended-unchecked = Sitzung beendet, da Passwörter nicht geprüft werden konnten
activity-added = „{ $name }“ hinzugefügt
activity-removed = „{ $name }“ entfernt
activity-renamed = Umbenannt in „{ $name }“
activity-disabled = { -authenticator-app } „{ $name }“ nach zu vielen falschen Codes gesperrt
activity-others-signed-out = Andere Sitzungen abgemeldet
activity-administrator = Die Administration hat geändert, wie Sie sich anmelden

sessions-none = Keine anderen Sitzungen
    .lead = Sie sind nur in diesem Browser angemeldet.
sessions-others = { $count ->
    [one] { $count } andere Sitzung
   *[other] { $count } andere Sitzungen
}
    .lead = Überall abmelden, außer in diesem Browser.
    .sign-out = Andere Sitzungen abmelden
