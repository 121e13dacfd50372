-- What the desks wrote, as the old tables say it. The audit log knows every row that they made or changed.

create or replace function takeover.written(p_table text) returns table (id uuid)
language sql stable as $$
  select distinct a.row_id from public.audit_log a where a.table_name = p_table and a.row_id is not null
$$;

create or replace function takeover.back_organizations() returns table (id uuid, name text, timezone text, currency text)
language sql stable as $$
  select o.id, o.name, o.timezone, o.currency from public.organizations o
   where not exists (select from takeover.organizations t where t.id = o.id)
$$;

create or replace function takeover.back_programs()
returns table (id uuid, organization_id uuid, name text, price int, is_active boolean)
language sql stable as $$
  select p.id, p.organization_id, p.name, p.drop_in_price, p.is_active
    from public.programs p
   where p.id in (select w.id from takeover.written('programs') w)
      or (not exists (select from takeover.programs o where o.id = p.id)
          and exists (select from public.class_sessions s
                       where s.organization_id = p.organization_id and s.program_id = p.id
                         and s.id in (select w.id from takeover.written('class_sessions') w)))
$$;

create or replace function takeover.back_leads()
returns table (id uuid, organization_id uuid, name text, email text, phone text, status text, source text, birth_date date)
language sql stable as $$
  select l.id, l.organization_id, l.name, l.email, l.phone,
         -- A spelling that means the same stays as it is.
         case when l.status <> 'converted' and l.status is distinct from takeover.lead_status(o.status) then l.status
              when o.id is null then 'converted' end,
         coalesce(l.source, 'frontdesk'), l.birth_date
    from public.leads l
    left join takeover.leads o on o.id = l.id
   where l.id in (select w.id from takeover.written('leads') w)
$$;

create or replace function takeover.back_clients()
returns table (id uuid, organization_id uuid, lead_id uuid, name text, email text, phone text, birth_date date, start_date date)
language sql stable as $$
  select c.id, c.organization_id, coalesce(c.converted_from_lead_id, o.lead_id), c.name, c.email, c.phone, c.birth_date,
         coalesce(c.client_since, (c.created_at at time zone z.timezone)::date)
    from public.clients c
    join public.organizations z on z.id = c.organization_id
    left join takeover.clients o on o.id = c.id
   where c.id in (select w.id from takeover.written('clients') w)
$$;

create or replace function takeover.back_class_sessions()
returns table (id uuid, organization_id uuid, program_id uuid, name text, start_time timestamptz, end_time timestamptz, max_capacity int,
  room text, status text)
language sql stable as $$
  select s.id, s.organization_id, s.program_id, p.name, s.starts_at, s.ends_at, s.capacity, r.name,
         case when s.status = 'cancelled' and takeover.as_status(o.status) is distinct from 'cancelled' then 'cancelled'
              when s.status = 'scheduled' and (o.id is null or takeover.as_status(o.status) = 'cancelled') then 'scheduled' end
    from public.class_sessions s
    join public.programs p on p.organization_id = s.organization_id and p.id = s.program_id
    left join public.rooms r on r.organization_id = s.organization_id and r.id = s.room_id
    left join takeover.class_sessions o on o.id = s.id
   where s.id in (select w.id from takeover.written('class_sessions') w)
$$;

-- Clients with a booking to give back whom no lead stands for yet: each gets one that mirrors them.
create or replace function takeover.back_mirrors()
returns table (id uuid, organization_id uuid, name text, email text, phone text, status text, source text)
language sql stable as $$
  select c.id, c.organization_id, c.name, c.id || '@restored.invalid', c.phone, 'converted', 'frontdesk'
    from public.clients c
   where (c.organization_id, c.id) in (
           select b.organization_id, b.client_id from public.bookings b
            where b.client_id is not null and b.id in (select w.id from takeover.written('bookings') w))
     and takeover.lead_of(c.id) is null
$$;

-- The lead that stands for a client in the old application: the one they were, then one that is alike, then a mirror.
create or replace function takeover.lead_of(p_client uuid) returns uuid
language sql stable as $$
  select p.lead_id from takeover.people p
   where p.client_id = p_client and exists (select from takeover.leads l where l.id = p.lead_id)
   order by array_position(array['lead_id', 'email', 'mirror'], p.via), p.lead_id limit 1
$$;

create or replace function takeover.back_bookings()
returns table (id uuid, organization_id uuid, customer_id uuid, client_id uuid, class_session_id uuid, booking_status text, payment_status text,
  booking_time timestamptz, attended_at timestamptz, cancelled_at timestamptz, from_waitlist boolean, from_rival boolean)
language sql stable as $$
  select b.id, b.organization_id, coalesce(b.customer_id, takeover.lead_of(b.client_id)), b.client_id, b.class_session_id,
         case when n.status is distinct from b.booking_status then b.booking_status end,
         case when n.payment is distinct from b.payment_status then b.payment_status end,
         b.happened_at, b.arrived_at, b.cancelled_at, w.id is not null, r.id is not null
    from public.bookings b
    left join lateral (select j.table_name from takeover.judged j where j.id = b.id and j.verdict = 'kept') k on true
    left join takeover.bookings o on o.id = b.id and coalesce(k.table_name, 'bookings') = 'bookings'
    left join takeover.class_bookings r on r.id = b.id and k.table_name = 'class_bookings'
    left join takeover.waitlist w on w.id = b.id and k.table_name = 'waitlist'
    cross join lateral (
      select case when coalesce(o.id, r.id) is not null then takeover.booking_status(coalesce(o.booking_status, r.booking_status),
                    coalesce(o.status, r.status), coalesce(o.attended_at, r.attended_at), coalesce(o.cancelled_at, r.cancelled_at)) end as status,
             case when coalesce(o.id, r.id) is not null then takeover.payment_status(coalesce(o.payment_status, r.payment_status)) end as payment
    ) n
   where b.id in (select w.id from takeover.written('bookings') w)
     and not (w.id is not null and b.booking_status = 'waitlisted')
   order by b.class_session_id, b.id
$$;

-- Old rows of visits that are over in the new tables: they were one with a booking that is not live any more.
create or replace function takeover.back_merged() returns table (table_name text, id uuid)
language sql stable as $$
  select j.table_name, j.id from takeover.judged j
   where j.verdict = 'merged' and j.table_name <> 'waitlist'
     and exists (select from public.bookings b where b.id = j.into_id and b.booking_status in ('cancelled', 'late_cancelled'))
     and j.into_id in (select w.id from takeover.written('bookings') w)
$$;
