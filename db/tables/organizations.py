"""Organizations, their staff and desks, and what sign-in needs."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from db.tables.columns import (
    INSTANT,
    NO,
    RANDOM_ID,
    Xid8,
    choice,
    count,
    instant,
    metadata,
    name,
    tenant,
    user,
)

organizations = Table(
    "organizations",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=RANDOM_ID),
    name(),
    Column(
        "timezone",
        Text,
        CheckConstraint(
            "(timestamptz '2000-01-01 00:00Z' at time zone timezone) is not null", name="timezone_check"
        ),
        nullable=False,
    ),
    Column(
        "currency", Text, CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_check"), nullable=False
    ),
    count("staff_hours_after", 24),
    count("manager_hours_after", 168),
    count("undo_minutes", 10),
    count("manager_undo_minutes", 1440),
    count("promote_until_minutes", 60),
    instant("created_at"),
    count("cancel_hours", 24),
    count("cancel_grace_minutes", 15),
    count("idle_minutes", 10, at_least=1),
)

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=RANDOM_ID),
    Column("email", Text, CheckConstraint("btrim(email) <> ''", name="email_check"), nullable=False),
    name(),
    Column("salt", LargeBinary),
    Column("stored_key", LargeBinary),
    Column("must_change", Boolean, nullable=False, server_default=NO),
    instant("created_at"),
    Column("pin_salt", LargeBinary),
    Column("pin_key", LargeBinary),
    CheckConstraint("num_nonnulls(salt, stored_key) in (0, 2)", name="check"),
    CheckConstraint("num_nonnulls(pin_salt, pin_key) in (0, 2)", name="pin_check"),
)
Index("users_email", func.lower(users.c.email), unique=True)

user_organizations = Table(
    "user_organizations",
    metadata,
    tenant(),
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    choice("role", "owner", "manager", "staff", "viewer"),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    instant("created_at"),
    Index("user_organizations_user", "user_id"),
)

desks = Table(
    "desks",
    metadata,
    tenant(),
    Column("id", Uuid, primary_key=True),
    Column(
        "name",
        Text,
        CheckConstraint("btrim(name) <> '' and length(name) <= 60", name="name_check"),
        nullable=False,
    ),
    instant("opened_at"),
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("login_digest", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", INSTANT, nullable=False),
    Column("locked_until", INSTANT),
    Column("locks", Integer, nullable=False, server_default=text("0")),
)

sign_in_challenges = Table(
    "sign_in_challenges",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=RANDOM_ID),
    Column("login_digest", LargeBinary, nullable=False),
    user("user_id"),
    Column("made_in", Xid8, nullable=False),
    instant("made_at"),
    Column("used", Boolean, nullable=False, server_default=NO),
    Index("sign_in_challenges_made", "made_at"),
)

tokens = Table(
    "tokens",
    metadata,
    Column(
        "token_hash",
        LargeBinary,
        CheckConstraint("length(token_hash) = 32", name="token_hash_check"),
        primary_key=True,
    ),
    user("user_id"),
    Column("installation", Uuid, nullable=False),
    Column("made_in", Xid8, nullable=False),
    instant("made_at"),
    Column("expires_at", INSTANT, nullable=False),
    Column("revoked_at", INSTANT),
    Column("change_only", Boolean, nullable=False, server_default=NO),
    # No foreign key: both are forgotten together, and one that stays alone is of no use.
    Column("password_token", LargeBinary),
    Column("asleep", Boolean, nullable=False, server_default=NO),
    Column("pin_tries", Integer, nullable=False, server_default=text("0")),
    Column("pin_asked_in", Xid8),
    Column("pin_asked_at", INSTANT),
    Index("tokens_user", "user_id"),
    Index("tokens_expiry", "expires_at"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
