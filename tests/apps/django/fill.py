"""Two administrators, and a note of every session key that there ever was: rows of sessions go when
ids rotate, and a test must know them all."""

from django.contrib.auth.models import User
from django.db import connection

for name in ("ada", "grace"):
    User.objects.create_superuser(name, f"{name}@example.com", f"{name}-right-horse")

with connection.cursor() as cursor:
    cursor.execute("CREATE TABLE seen_key (session_key TEXT)")
    cursor.execute(
        "CREATE TRIGGER note_key AFTER INSERT ON django_session "
        "BEGIN INSERT INTO seen_key VALUES (NEW.session_key); END"
    )
