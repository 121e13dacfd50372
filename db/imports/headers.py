"""What a column is, by its header: the words of several systems and languages."""

from __future__ import annotations

import re
import unicodedata

from db.errors import BadInput

# Each field by the headers that mean it, best first where a file has several of them.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "name": (
        *("full name", "name", "customer", "customer name", "client", "client name", "member", "member name"),
        *(
            "person",
            "vollstandiger name",
            "nom complet",
            "nombre completo",
            "imie i nazwisko",
            "nome completo",
        ),
    ),
    "first_name": (
        *("first name", "firstname", "given name", "forename", "vorname", "prenom", "nombre", "imie", "nome"),
        "voornaam",
    ),
    "last_name": (
        *("last name", "lastname", "surname", "family name", "nachname", "familienname", "nom", "apellidos"),
        *("apellido", "nazwisko", "cognome", "achternaam", "nom de famille"),
    ),
    "email": (
        *("email", "e mail", "email address", "e mail address", "mail", "e mail adresse", "courriel"),
        *("correo", "correo electronico", "adresse e mail", "adresse email"),
    ),
    "phone": (
        *("mobile phone", "mobile", "phone", "phone number", "mobile number", "cell phone", "cell"),
        *("telephone", "tel", "contact number", "home phone", "work phone", "telefon", "handy", "mobil"),
        *("portable", "telefono", "movil", "telefonnummer", "handynummer", "telefono movil", "telefoon"),
        *("numero de telephone", "komorka", "numer telefonu", "cellulare"),
    ),
    "birth_date": (
        *("date of birth", "birth date", "birthdate", "dob", "birthday", "geburtsdatum", "geburtstag"),
        *("date de naissance", "fecha de nacimiento", "data urodzenia", "data di nascita", "geboortedatum"),
    ),
    "barcode": (
        *("barcode", "bar code", "card number", "card", "key tag", "keytag", "access code", "kartennummer"),
        *("code barres", "codigo de barras", "kod kreskowy"),
    ),
    "external_id": (
        *("client id", "member id", "customer id", "person id", "external id", "id", "member number"),
        *("membership number", "mitgliedsnummer", "kundennummer", "numero de membre", "numero de socio"),
        *("client number", "customer number", "user id", "numer klienta"),
    ),
    "emergency_name": (
        *("emergency contact name", "emergency contact", "emergency name", "notfallkontakt"),
        *("contact d urgence", "contacto de emergencia", "ice name"),
    ),
    "emergency_phone": (
        *("emergency contact phone", "emergency phone", "emergency contact number", "notfallnummer"),
        *("emergency number", "telephone d urgence", "telefono de emergencia", "ice phone"),
    ),
    "emergency_relation": ("emergency contact relationship", "emergency relationship", "emergency relation"),
    "waiver": (
        *("liability waiver", "waiver", "waiver signed", "liability release", "signed waiver"),
        *("haftungsausschluss", "decharge", "has waiver"),
    ),
    "waiver_date": ("waiver date", "waiver signed at", "waiver signed on", "waiver signed date"),
    "waiver_by": ("waiver signed by", "waiver signatory", "signed by"),
    "note": (
        "notes",
        "note",
        "comments",
        "comment",
        "remarks",
        "notizen",
        "bemerkungen",
        "notas",
        "remarques",
    ),
    "alert": ("alert", "alerts", "alert note", "red alert", "yellow alert", "important note", "warnung"),
    "blocked": ("blocked", "banned", "barred", "is blocked", "gesperrt", "bloque", "bloqueado"),
    "blocked_reason": ("blocked reason", "block reason", "reason blocked", "ban reason"),
    "since": (
        *(
            "joined",
            "join date",
            "date joined",
            "member since",
            "client since",
            "added",
            "created",
            "created at",
        ),
        *("start date", "signup date", "sign up date", "creation date", "beitrittsdatum", "mitglied seit"),
        *("date d inscription", "fecha de alta", "data dolaczenia", "joined on", "date added"),
    ),
    "status": ("status", "member status", "membership status", "client status", "statut", "estado", "type"),
    "source": (
        "source",
        "lead source",
        "referred by",
        "referral",
        "referral source",
        "how did you hear",
        "herkunft",
    ),
    "guardian_name": (
        *("guardian", "guardian name", "parent", "parent name", "parent guardian", "erziehungsberechtigter"),
        *("parent guardian name", "tutor", "responsable legal"),
    ),
    "guardian_email": ("guardian email", "parent email", "guardian e mail", "parent e mail"),
    "guardian_id": ("guardian id", "parent id", "family head id", "parent member id"),
}

# One row is one visit, and a person has several.
VISIT_SYNONYMS: dict[str, tuple[str, ...]] = {
    "visit_date": ("date", "class date", "visit date", "session date", "datum", "fecha"),
    "visit_time": ("time", "class time", "start time", "uhrzeit", "hora", "heure"),
    "visit_class": ("class type", "class", "class name", "session", "program", "kurs", "cours", "clase"),
    "visit_instructors": ("instructors", "instructor", "coach", "trainer", "teacher"),
    "visit_status": ("status", "attendance", "attendance status", "visit status"),
    "visit_venue": ("venue", "location", "studio", "room"),
}

# What a file of rejected rows has in addition.
REASON = "rejected because"

# Nobody has both: such a header's values are read as one date of the same order.
DATE_FIELDS = ("birth_date", "since", "waiver_date", "visit_date")
SEVERAL = ("phone", "note", "alert")

# Which system wrote it, so that the ids of one are never taken for another's.
SYSTEMS = {
    "mindbody": {"client id", "liability waiver", "birth date"},
    "glofox": {"member id", "total bookings", "total attendances"},
    "teamup": {"full name", "active memberships", "last payment date"},
    "gympoint": {"first name", "membership plan", "join date", "barcode"},
}


def words(header: str) -> str:
    """The header without case, accents and signs."""
    plain = unicodedata.normalize("NFKD", header).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.sub(r"[^\w]+|_+", " ", plain).strip()


_MEANING = {
    spelling: (field, place) for field, all_of in SYNONYMS.items() for place, spelling in enumerate(all_of)
}
_VISIT = {
    spelling: (field, place)
    for field, all_of in VISIT_SYNONYMS.items()
    for place, spelling in enumerate(all_of)
}


def known(header: str) -> bool:
    """Whether the header says what its column is."""
    return words(header) in _MEANING or words(header) in _VISIT


class Columns:
    """Which column is what: `of` by field the columns' places, best first; `others` nobody understands."""

    def __init__(self, header: list[str]) -> None:
        self.header = header
        self.of: dict[str, list[int]] = {}
        self.others: list[int] = []
        spelled = [words(cell) for cell in header]
        self.system = next((name for name, all_of in SYSTEMS.items() if all_of <= set(spelled)), None)
        self.visits = any(word in VISIT_SYNONYMS["visit_class"] for word in spelled) and any(
            word in VISIT_SYNONYMS["visit_date"] for word in spelled
        )
        meaning = {**_MEANING, **(_VISIT if self.visits else {})}
        found = sorted(
            (meaning[word][1], column, meaning[word][0])
            for column, word in enumerate(spelled)
            if word in meaning
        )
        for _, column, field in found:
            if field in self.of and field not in SEVERAL:
                self.others.append(column)
            else:
                self.of.setdefault(field, []).append(column)
        self.others += [
            column for column, word in enumerate(spelled) if word not in meaning and word != REASON
        ]
        self.others.sort()
        if not {"name", "first_name", "last_name"} & set(self.of):
            raise BadInput(
                "No column is a name. Give the header row a 'Name', or 'First name' and 'Last name';"
                " if there are such columns, name the --delimiter or the --encoding."
            )

    def title(self, column: int) -> str:
        """The column's header, or its place where it has none."""
        return self.header[column] or f"column {column + 1}"
