"""Programs, rooms, instructors and class sessions with counted seats."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Uuid, text

from db.tables.columns import NO, choice, count, instant, metadata, name, random_id, refers, tenant, user

programs = Table(
    "programs",
    metadata,
    tenant(),
    random_id(),
    name(),
    Column("open_gym", Boolean, nullable=False, server_default=NO),
    count("drop_in_price", 0),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
)

rooms = Table("rooms", metadata, tenant(), random_id(), name())

instructors = Table("instructors", metadata, tenant(), random_id(), name(), user("user_id"))

class_sessions = Table(
    "class_sessions",
    metadata,
    tenant(),
    random_id(),
    Column("program_id", Uuid, nullable=False),
    Column("room_id", Uuid),
    instant("starts_at", default=None),
    instant("ends_at", default=None),
    Column("capacity", Integer, CheckConstraint("capacity > 0", name="capacity_check"), nullable=False),
    count("extra_seats", 0),
    count("booked_count", 0),
    choice("status", "scheduled", "cancelled", default="scheduled"),
    instant("handed_in_at", nullable=True),
    refers("program_id", "programs"),
    refers("room_id", "rooms"),
    CheckConstraint("ends_at > starts_at", name="check"),
    CheckConstraint("booked_count <= capacity + extra_seats", name="seats"),
    Index("class_sessions_start", "organization_id", "starts_at"),
    # Room on the page for the next count of the seats.
    postgresql_with={"fillfactor": 80},
)

session_instructors = Table(
    "session_instructors",
    metadata,
    tenant(),
    Column("class_session_id", Uuid, primary_key=True),
    Column("instructor_id", Uuid, primary_key=True),
    refers("class_session_id", "class_sessions"),
    refers("instructor_id", "instructors"),
)
