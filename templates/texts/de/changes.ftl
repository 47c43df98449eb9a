# Was von der Sicherheitsseite zu einer Änderung führt, und das Einrichten vor der ersten Seite.

step-up-title = Bestätigen Sie, dass Sie es sind
    .confirm = Bestätigen
    .password-hint = Das Passwort, mit dem Sie sich bei { $app } anmelden.
    .code-hint = Wenn Sie gerade einen Code verwendet haben, warten Sie auf den nächsten.
step-up-password = Geben Sie Ihr Passwort ein, { $reason }. In den Minuten danach werden Sie nicht noch einmal gefragt.
step-up-passkey = Verwenden Sie Ihren Passkey, { $reason }. In den Minuten danach werden Sie nicht noch einmal gefragt.
step-up-code = Geben Sie einen Bestätigungscode aus Ihrer { -authenticator-app } ein, { $reason }. In den Minuten danach werden Sie nicht noch einmal gefragt.
reason-add-authenticator = um eine { -authenticator-app } hinzuzufügen
reason-add-passkey = um einen Passkey hinzuzufügen
reason-new-backup-codes = um neue Backup-Codes zu erzeugen
reason-remove = um „{ $name }“ zu entfernen
reason-open-page = um diese Seite zu öffnen

sign-in-again = Noch einmal anmelden
    .lead = Ihre Anmeldung liegt schon eine Weile zurück. Melden Sie sich noch einmal mit Ihrem Passwort an, { $reason }. So kann es niemand sonst aus einem Browser tun, der offen geblieben ist. Danach kommen Sie hierher zurück.

enrol-title = { -authenticator-app } hinzufügen
    .lead = Verwenden Sie eine { -authenticator-app } oder einen Passwortmanager mit { $digits } Codes.
    .digits = 6-stelligen
enrol-forced = Zwei-Faktor-Authentifizierung einrichten
    .lead = { $app } verlangt zusätzlich zu Ihrem Passwort einen Code von Ihrem Telefon, damit ein gestohlenes Passwort nicht genügt. Das dauert etwa eine Minute und ist nur einmal nötig.
enrol-scan = 1. Diesen QR-Code scannen
    .lead = Öffnen Sie Ihre App, wählen Sie „Konto hinzufügen“ und richten Sie die Kamera hierher.
    .image = QR-Code für Ihre { -authenticator-app }. Er enthält denselben Schlüssel wie der Text darunter.
enrol-key = Sie können nicht scannen? Geben Sie diesen Schlüssel in Ihre App ein
enrol-same-device = Ist die App auf diesem Gerät?
    .link = In Ihrer App öffnen
enrol-save = 2. Code eingeben und speichern
    .code-hint = Der Code, den Ihre App jetzt zeigt.
    .name-hint = Unterscheidet den Eintrag später von anderen: das Telefon oder die App.
    .button = { -authenticator-app } speichern
enrol-passkey = Stattdessen einen Passkey verwenden
enrol-name = { -authenticator-app }
enrol-name-next = { -authenticator-app } { $count }

new-passkey = Passkey hinzufügen
    .lead = Mit einem Passkey melden Sie sich mit Gesicht, Fingerabdruck oder Displaysperre an. Er kann nicht erraten werden, und eine gefälschte Seite kann ihn nicht abfragen. Ihr Browser fragt als Nächstes, wo er gespeichert wird: auf diesem Gerät, auf Ihrem Telefon oder in Ihrem Passwortmanager.
    .create = Passkey erstellen
    .other = Stattdessen einen { -security-key } verwenden
    .name = Passkey
new-security-key = { -security-key } hinzufügen
    .lead = Ein kleines Gerät, das Sie einstecken oder nahe heranhalten. Halten Sie es bereit: Ihr Browser fragt als Nächstes danach, und nach seiner PIN, falls es eine hat.
    .create = { -security-key } verwenden
    .other = Stattdessen einen Passkey auf einem Gerät speichern
    .name = { -security-key }
new-passkey-name = Name
    .optional = (freiwillig)
    .hint = Bleibt das Feld leer, gilt der Name dessen, worin der Passkey gespeichert wird. Sie können ihn später ändern.
new-passkey-app = Stattdessen eine { -authenticator-app } verwenden

rename-title = { $name } umbenennen
    .hint = Zum Beispiel das Telefon oder die App.

remove-title = { $name } entfernen?
    .lead = Die Anmeldung damit ist sofort nicht mehr möglich. Alles andere bleibt, wie es ist.
    .button = Entfernen
remove-last = Das ist der letzte Eintrag.
    .codes = Ihre Backup-Codes enden damit.
remove-last-optional = Sie bleiben hier angemeldet, aber bei der nächsten Anmeldung wird nur Ihr Passwort verlangt. Wer es kennt, kommt in Ihr Konto.
remove-last-required = Sie bleiben hier angemeldet, aber bei der nächsten Anmeldung müssen Sie etwas Neues einrichten, bevor es weitergeht.

codes-new = Neue Backup-Codes
    .lead = Zehn Codes für den Tag, an dem Sie Ihr Telefon oder Ihren Passkey nicht haben. Mit jedem können Sie sich einmal anmelden. Sie werden nur ein einziges Mal angezeigt.
    .first = Backup-Codes erzeugen
    .replace = Neue Backup-Codes erzeugen?
    .replaces = Ihre jetzigen Codes gelten dann sofort nicht mehr.
    .again = Eben wurden Codes erzeugt, und nur die Seite von vorhin zeigt sie. Wenn Sie sie nicht gespeichert haben, erzeugen Sie neue.
    .button = Codes erzeugen
codes-shown = Ihre Backup-Codes
    .lead = Speichern Sie sie jetzt, in Ihrem Passwortmanager oder auf Papier. Sie werden nicht noch einmal angezeigt.
    .hint = Jeder gilt einmal.
    .download = Herunterladen
    .print = Drucken
    .saved = Ich habe diese Codes gespeichert
    .done = Fertig
    .file = Backup-Codes für { $app }
