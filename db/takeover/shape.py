"""The old tables, whatever shape they drifted to, seen through views of one shape in the schema `takeover`.

Each column of a view names the old columns it may come from, the first that is there and says something
counts. A table that is not there is a view without rows.
"""

from __future__ import annotations

from dataclasses import dataclass

TENANT = ("organization_id", "org_id", "gym_id")
LEAD = ("customer_id", "lead_id")
SESSION = ("class_session_id", "session_id", "class_id")
PERSON_NAME = ("name", "full_name", "first_name last_name")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a view; several names in one source are joined by spaces.

    The type `pence` is an integer of minor units, see `catalog`.
    """

    name: str
    type: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A view over the first of the old tables that is there; `indexed` columns are looked up by."""

    view: str
    table: str
    fields: tuple[Field, ...]
    schema: str | None = None
    indexed: tuple[str, ...] = ("id",)


def _field(name: str, kind: str, *sources: str) -> Field:
    return Field(name, kind, sources or (name,))


def _tenant() -> Field:
    return _field("organization_id", "uuid", *TENANT)


def _id() -> Field:
    return _field("id", "uuid")


def _visit(view: str, table: str) -> Shape:
    """Who comes to a session."""
    return Shape(
        view,
        table,
        (
            _id(),
            _tenant(),
            _field("customer_id", "uuid", *LEAD),
            _field("client_id", "uuid"),
            _field("class_session_id", "uuid", *SESSION),
            _field("booking_status", "text"),
            _field("status", "text"),
            _field("payment_status", "text"),
            _field("booking_time", "timestamptz", "booking_time", "booked_at"),
            _field("created_at", "timestamptz"),
            _field("attended_at", "timestamptz", "attended_at", "checked_in_at"),
            _field("cancelled_at", "timestamptz", "cancelled_at", "canceled_at"),
        ),
        indexed=("id", "class_session_id", "customer_id"),
    )


SHAPES = (
    Shape(
        "organizations",
        "organizations",
        (
            _id(),
            _field("name", "text"),
            _field("timezone", "text", "timezone", "time_zone"),
            _field("currency", "text"),
            _field("created_at", "timestamptz"),
        ),
    ),
    Shape(
        "users",
        "users",
        (
            _id(),
            _tenant(),
            _field("email", "text"),
            _field("name", "text", *PERSON_NAME),
            _field("role", "text"),
            _field("is_active", "boolean", "is_active", "active"),
        ),
    ),
    Shape("accounts", "users", (_id(), _field("email", "text")), schema="auth"),
    Shape(
        "user_organizations",
        "user_organizations",
        (
            _field("user_id", "uuid"),
            _tenant(),
            _field("role", "text"),
            _field("is_active", "boolean", "is_active", "active"),
        ),
        indexed=(),
    ),
    Shape(
        "organization_members",
        "organization_members",
        (
            _field("user_id", "uuid"),
            _tenant(),
            _field("role", "text"),
        ),
        indexed=(),
    ),
    Shape(
        "leads",
        "leads",
        (
            _id(),
            _tenant(),
            _field("name", "text", *PERSON_NAME),
            _field("email", "text"),
            _field("phone", "text"),
            _field("status", "text", "status", "lead_status"),
            _field("source", "text"),
            _field("birth_date", "date", "birth_date", "date_of_birth"),
            _field("created_at", "timestamptz"),
        ),
    ),
    Shape(
        "clients",
        "clients",
        (
            _id(),
            _tenant(),
            _field("lead_id", "uuid", "lead_id", "customer_id"),
            _field("name", "text", *PERSON_NAME),
            _field("email", "text"),
            _field("phone", "text"),
            _field("birth_date", "date", "birth_date", "date_of_birth"),
            _field("start_date", "date", "start_date", "joined_at"),
            _field("created_at", "timestamptz"),
        ),
    ),
    Shape(
        "programs",
        "programs",
        (
            _id(),
            _tenant(),
            _field("name", "text"),
            _field("price", "pence", "price_pennies", "price"),
            _field("max_participants", "int"),
            _field("default_capacity", "int"),
            _field("is_active", "boolean"),
        ),
    ),
    Shape(
        "class_sessions",
        "class_sessions",
        (
            _id(),
            _tenant(),
            _field("program_id", "uuid"),
            _field("trainer_id", "uuid", "trainer_id", "instructor_id", "coach_id"),
            _field("name", "text"),
            _field("start_time", "timestamptz", "start_time", "starts_at"),
            _field("end_time", "timestamptz", "end_time", "ends_at"),
            _field("max_capacity", "int"),
            _field("capacity", "int"),
            _field("room", "text", "room_location", "room", "location"),
            _field("status", "text", "session_status", "status"),
            _field("current_bookings", "int"),
        ),
        indexed=("id", "program_id"),
    ),
    _visit("bookings", "bookings"),
    _visit("class_bookings", "class_bookings"),
    Shape(
        "waitlist",
        "waitlist",
        (
            _id(),
            _field("customer_id", "uuid", *LEAD),
            _field("client_id", "uuid"),
            _field("class_session_id", "uuid", *SESSION),
            _field("position", "int"),
            _field("joined_at", "timestamptz", "joined_at", "created_at"),
            _field("auto_book", "boolean"),
        ),
        indexed=("id", "class_session_id", "customer_id"),
    ),
    Shape(
        "payments",
        "payments",
        (
            _id(),
            _tenant(),
            _field("customer_id", "uuid", *LEAD),
            _field("client_id", "uuid"),
            _field("amount", "pence", "amount_pennies", "amount"),
            _field("currency", "text"),
            _field("payment_date", "date", "payment_date", "paid_at"),
            _field("method", "text", "payment_method", "method"),
            _field("reference", "text"),
            _field("status", "text"),
            _field("payment_status", "text"),
            _field("created_at", "timestamptz"),
        ),
    ),
    Shape(
        "customer_notes",
        "customer_notes",
        (
            _id(),
            _tenant(),
            _field("customer_id", "uuid", *LEAD),
            _field("client_id", "uuid"),
            _field("staff_id", "uuid", "staff_id", "user_id"),
            _field("note", "text", "note", "content"),
            _field("is_private", "boolean"),
            _field("created_at", "timestamptz"),
        ),
    ),
    Shape(
        "membership_plans",
        "membership_plans",
        (
            _id(),
            _tenant(),
            _field("name", "text"),
            _field("price", "pence", "price_pennies", "price"),
            _field("is_active", "boolean"),
        ),
    ),
    Shape(
        "memberships",
        "memberships",
        (
            _id(),
            _tenant(),
            _field("customer_id", "uuid", *LEAD),
            _field("client_id", "uuid"),
            _field("program_id", "uuid"),
            _field("plan_id", "uuid", "plan_id", "membership_plan_id"),
            _field("status", "text", "membership_status", "status"),
            _field("start_date", "text"),
            _field("end_date", "text"),
            _field("credits_remaining", "int"),
            _field("unlimited", "boolean", "unlimited_access", "unlimited"),
            _field("updated_at", "timestamptz"),
        ),
    ),
    Shape(
        "class_credits",
        "class_credits",
        (
            _id(),
            _tenant(),
            _field("customer_id", "uuid", *LEAD),
            _field("client_id", "uuid"),
            _field("program_id", "uuid"),
            _field("purchased", "int", "credits_purchased"),
            _field("used", "int", "credits_used"),
            _field("remaining", "int", "credits_remaining"),
            _field("expiry_date", "text", "expiry_date", "expires_at"),
            _field("status", "text"),
            _field("created_at", "text", "created_at", "purchase_date"),
            _field("updated_at", "timestamptz"),
        ),
    ),
    Shape(
        "class_packages",
        "class_packages",
        (
            _id(),
            _tenant(),
            _field("name", "text"),
            _field("class_count", "int"),
            _field("validity_days", "int"),
            _field("price", "pence", "price_pennies", "price"),
            _field("is_active", "boolean"),
        ),
    ),
    Shape(
        "customer_class_packages",
        "customer_class_packages",
        (
            _id(),
            _tenant(),
            _field("customer_id", "uuid", *LEAD),
            _field("client_id", "uuid"),
            _field("package_id", "uuid"),
            _field("purchase_date", "text", "purchase_date", "created_at"),
            _field("expiry_date", "text", "expiry_date", "expires_at"),
            _field("remaining", "int", "classes_remaining"),
            _field("used", "int", "classes_used"),
            _field("status", "text"),
            _field("updated_at", "timestamptz"),
        ),
    ),
)
"""In the order of their dependence."""
