"""A filled ground made as large as a city's gyms: copies of its first organization, each with other ids."""

from __future__ import annotations

import psycopg

from benchmarks.ground import Ground
from db.demo.gyms import GYMS

# People of all organizations for one of the first, when that one stands there so many times.
REST = sum(gym.share for gym in GYMS[1:]) / GYMS[0].share

# Each id is made of the old one and the copy's number, so that references stay references. Trigrams are
# indexed ten times faster all at once than row by row.
COPY = """
set session_replication_role = replica;

set maintenance_work_mem = '512MB';

create table indexes_aside as
  select indexname, indexdef from pg_indexes
   where schemaname = 'public' and tablename = 'search_documents' and indexdef ilike '%%using gin%%';

do $$ declare v record; begin
  for v in select * from indexes_aside loop execute format('drop index public.%%I', v.indexname); end loop;
end $$;

create function copied(id uuid, n int) returns uuid language sql immutable as $$
  select md5(id::text || n)::uuid $$;

create table copies as
  select o.id as old, copied(o.id, n) as new, n from organizations o, generate_series(1, %(copies)s) n
   where o.name = %(name)s;

insert into organizations (id, name, timezone, currency)
  select c.new, o.name || ' ' || c.n, o.timezone, o.currency
    from copies c join organizations o on o.id = c.old;

insert into programs (organization_id, id, name, open_gym, drop_in_price)
  select c.new, copied(p.id, n), p.name, p.open_gym, p.drop_in_price
    from copies c join programs p on p.organization_id = c.old;

insert into leads (organization_id, id, name, email, phone, birth_date, status)
  select c.new, copied(l.id, n), l.name, l.email, l.phone, l.birth_date, l.status
    from copies c join leads l on l.organization_id = c.old;

insert into clients (organization_id, id, name, email, phone, birth_date, barcode)
  select c.new, copied(l.id, n), l.name, l.email, l.phone, l.birth_date, l.barcode
    from copies c join clients l on l.organization_id = c.old;

insert into class_sessions (organization_id, id, program_id, starts_at, ends_at, capacity, extra_seats,
    booked_count)
  select c.new, copied(s.id, n), copied(s.program_id, n), s.starts_at, s.ends_at, s.capacity,
         s.extra_seats, s.booked_count
    from copies c join class_sessions s on s.organization_id = c.old;

insert into bookings (organization_id, id, class_session_id, customer_id, client_id, booking_status,
    payment_status, price, currency, recorded_at, arrived_at)
  select c.new, copied(b.id, n), copied(b.class_session_id, n), copied(b.customer_id, n),
         copied(b.client_id, n), b.booking_status, b.payment_status, b.price, b.currency,
         b.recorded_at, b.arrived_at
    from copies c join bookings b on b.organization_id = c.old;

insert into search_documents (organization_id, person_id, kind, name, document, last_visit_on, usual)
  select c.new, copied(d.person_id, n), d.kind, d.name, d.document, d.last_visit_on, d.usual
    from copies c join search_documents d on d.organization_id = c.old;

do $$ declare v record; begin
  for v in select * from indexes_aside loop execute v.indexdef; end loop;
end $$;

drop table copies, indexes_aside;

drop function copied;

set session_replication_role = origin;

vacuum analyze;
"""


def people_to_fill(people: int, organizations: int) -> int:
    """How many people the demo gym must have, so that with its copies there are so many."""
    first = people / (organizations - len(GYMS) + 1 + REST)
    return round(first * (1 + REST))


def grow(on: Ground, organizations: int) -> None:
    """Copy the first organization until there are so many."""
    if organizations <= len(GYMS):
        return
    assert on.superuser, "only the bundled server lets a superuser in"
    values = {"copies": organizations - len(GYMS), "name": GYMS[0].name}
    with psycopg.connect(on.superuser, autocommit=True) as connection:
        for statement in COPY.split(";\n\n"):
            connection.execute(statement, values)
