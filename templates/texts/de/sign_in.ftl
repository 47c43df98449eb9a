# Zwischen dem Passwort und der Anwendung, und das Ende einer Sitzung.

challenge-code = Bestätigungscode eingeben
    .lead = Öffnen Sie Ihre { -authenticator-app } und geben Sie den Code für { $app } ein.
challenge-passkey = Passkey verwenden
    .lead = Bestätigen Sie Ihre Anmeldung bei { $app } mit Gesicht, Fingerabdruck, Displaysperre oder { -security-key }.
challenge-backup-code = Backup-Code eingeben
    .lead = Geben Sie einen der Codes ein, die Sie beim Einrichten von { $app } gespeichert haben. Jeder gilt einmal.

locked-codes = Zu viele falsche Codes
    .consequence = Um Ihr Konto zu schützen, werden vorerst keine Codes angenommen, auch keine richtigen.
    .suspicion = Wer diese Codes eingegeben hat, kennt Ihr Passwort. Ändern Sie es so bald wie möglich.
locked-passwords = Zu viele falsche Passwörter
    .consequence = Um Ihr Konto zu schützen, werden hier vorerst keine Passwörter angenommen, auch keine richtigen.
    .suspicion = Wer diese Passwörter eingegeben hat, hat Ihre Sitzung benutzt. Melden Sie sich hier ab und ändern Sie Ihr Passwort so bald wie möglich.
locked-until = Sie können es wieder versuchen:
    .at = am { $time }
locked-for-good = Um Ihr Konto zu schützen, werden Codes aus Ihrer { -authenticator-app } nicht mehr angenommen.
    .alone = Warten hilft hier nicht: Jemand muss Ihr Konto entsperren.
locked-works = Was weiter funktioniert
    .sessions = Wo Sie schon angemeldet sind, bleiben Sie angemeldet.
    .unchanged = Ihr Passwort und Ihre Authenticator-Apps sind unverändert.
locked-not-you = Wenn Sie das nicht waren
locked-help = Können Sie nicht warten, oder ist Ihr Telefon verloren? Bitte { $support } und nennen Sie die Anfrage { $request }.

moment-title = Ihre Anmeldung wird abgeschlossen
    .heading = Einen Moment
    .lead = Ihre Anmeldung wird abgeschlossen …
    .nothing = Nichts geschieht?
    .continue = Weiter

framed-title = Anmeldung abschließen
    .lead = { $app } braucht einen Bestätigungscode von Ihnen, bevor dieser Teil angezeigt werden kann.
    .continue = Weiter

sign-out-title = Abmelden
    .heading = Abmelden?
    .lead = Damit endet Ihre Sitzung in diesem Browser.
    .stay = Angemeldet bleiben
sign-out-account = Sie sind angemeldet als { $name }.

ended-signed-out = Sie sind abgemeldet
    .explanation = Sie können dieses Fenster schließen.
ended-expired = Ihre Sitzung ist beendet
    .explanation = Um Ihr Konto zu schützen, enden Sitzungen nach einiger Zeit. Melden Sie sich wieder an, um fortzufahren.
ended-attempts = Diese Anmeldung ist beendet
    .explanation = Es waren zu viele falsche Codes oder Passkeys. Melden Sie sich noch einmal mit Ihrem Passwort an. Wenn Sie Codes verwenden, prüfen Sie, ob die Uhr Ihres Telefons richtig geht.
ended-passwords = Ihre Sitzung ist beendet
    .explanation = Es waren zu viele falsche Passwörter. Melden Sie sich noch einmal mit dem Passwort an, das sicher stimmt.
ended-unchecked = Ihre Sitzung ist beendet
    .explanation = Ihr Passwort konnte mehrmals hintereinander nicht geprüft werden. Melden Sie sich wieder an, um fortzufahren.
ended-not-signed-in = Sie sind nicht angemeldet
    .explanation = Melden Sie sich an, um diese Seite zu öffnen.
