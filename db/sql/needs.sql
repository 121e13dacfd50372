-- What waits for somebody at the desk today: people to tell, seats held for the waitlist, who is here and owes or has
-- signed no waiver, who waits for a class that nothing of theirs pays any more, and who is booked on a day on which what
-- pays does not.

-- Whoever has come and whose class is not over, the latest first.
create function app.here_now(p_organization uuid)
returns table (kind text, person_id uuid, name text, phone text, waiver boolean, owes int, session_id uuid, starts_at timestamptz,
  program text, arrived_at timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_zone text := (select o.timezone from public.organizations o where o.id = p_organization);
  v_today timestamptz := date_trunc('day', now() at time zone v_zone) at time zone v_zone;
begin
  return query
    select distinct on (h.person_id) h.* from (
      select case when b.client_id is null then 'lead' else 'client' end, coalesce(b.client_id, b.customer_id) as person_id,
             coalesce(c.name, l.name), coalesce(c.phone, l.phone, ''),
             coalesce(c.waiver_signed_at, l.waiver_signed_at) is not null, m.owes, s.id, s.starts_at, g.name, b.arrived_at
        from public.class_sessions s
        join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
        join public.bookings b on b.organization_id = s.organization_id and b.class_session_id = s.id
         and b.booking_status = 'attended'
        left join public.clients c on c.organization_id = b.organization_id and c.id = b.client_id
        left join public.leads l on l.organization_id = b.organization_id and l.id = b.customer_id
        cross join lateral (
          select coalesce(sum(d.price), 0)::int as owes from public.bookings d
           where d.organization_id = p_organization and (d.customer_id = b.customer_id or d.client_id = b.client_id)
             and d.payment_status = 'pending'
             and d.booking_status in ('confirmed', 'attended', 'no_show', 'late_cancelled')
        ) m
       where s.organization_id = p_organization and s.starts_at >= v_today
         and s.starts_at < now() + interval '1 day' and s.ends_at > now()
    ) h
    order by h.person_id, h.starts_at;
end $$;

-- Today's classes in which a seat is free that the waitlist waits for, with the first in line.
create function app.held_seats(p_organization uuid)
returns table (kind text, person_id uuid, name text, phone text, session_id uuid, starts_at timestamptz, program text, seats int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_zone text := (select o.timezone from public.organizations o where o.id = p_organization);
  v_tomorrow timestamptz := (date_trunc('day', now() at time zone v_zone) + interval '1 day') at time zone v_zone;
begin
  return query
    select case when w.client_id is null then 'lead' else 'client' end, coalesce(w.client_id, w.customer_id),
           coalesce(c.name, l.name), coalesce(c.phone, l.phone, ''), s.id, s.starts_at, g.name,
           least(s.capacity + s.extra_seats - s.booked_count, w.waiting)
      from public.class_sessions s
      join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
      cross join lateral (
        select b.customer_id, b.client_id, (count(*) over ())::int as waiting from public.bookings b
         where b.organization_id = s.organization_id and b.class_session_id = s.id and b.booking_status = 'waitlisted'
         order by b.recorded_at, b.id limit 1
      ) w
      left join public.clients c on c.organization_id = s.organization_id and c.id = w.client_id
      left join public.leads l on l.organization_id = s.organization_id and l.id = w.customer_id
     where s.organization_id = p_organization and s.status = 'scheduled' and s.ends_at > now() and s.starts_at < v_tomorrow
       and s.starts_at > now() - interval '1 day' and s.booked_count < s.capacity + s.extra_seats;
end $$;

-- Who waits for a class to come, had something that would pay, and has nothing any more. A definer, so that policies
-- are not asked for all that each of them has.
create function app.not_covered() returns setof uuid
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
begin
  return query
    select b.id from public.class_sessions s
      join public.bookings b on b.organization_id = s.organization_id and b.class_session_id = s.id
       and b.booking_status = 'waitlisted' and b.decided ->> 'by' is not null
     where s.organization_id = v_organization and s.status = 'scheduled' and s.ends_at > now()
       and s.starts_at > now() - interval '1 day' and app.lost_payer(b);
end $$;

-- Bookings of today and tomorrow on which what pays for them does not: it was held since, or its hold ended early, or the
-- class was moved. Days from the first class are not looked at: what is booked stays paid. A definer, as the one before.
create function app.outside_payer() returns table (booking_id uuid, why text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
  v_zone text := (select o.timezone from public.organizations o where o.id = v_organization);
  v_until timestamptz := (date_trunc('day', now() at time zone v_zone) + interval '2 days') at time zone v_zone;
begin
  return query
    select b.id, case when h.held then 'on_hold' when d.day < e.starts_on then 'starts_later' else 'ended' end
      from public.class_sessions s
      join public.bookings b on b.organization_id = s.organization_id and b.class_session_id = s.id
       and b.booking_status = 'confirmed' and coalesce(b.membership_id, b.package_id) is not null
      left join public.memberships m on m.organization_id = b.organization_id and m.id = b.membership_id
      left join public.packages k on k.organization_id = b.organization_id and k.id = b.package_id
     cross join lateral (select (s.starts_at at time zone v_zone)::date as day) d
     cross join lateral (select coalesce(m.starts_on, k.starts_on) as starts_on, coalesce(m.ends_on, k.ends_on) as ends_on,
                                coalesce(m.cancelled_at, k.cancelled_at) is not null as cancelled) e
     cross join lateral (
       select exists (select from public.entitlement_holds h
                       where h.organization_id = b.organization_id and (h.membership_id = b.membership_id or h.package_id = b.package_id)
                         and h.first_day <= d.day and coalesce(h.last_day >= d.day, true)) as held) h
     where s.organization_id = v_organization and s.status = 'scheduled' and s.ends_at > now()
       and s.starts_at > now() - interval '1 day' and s.starts_at < v_until and not e.cancelled
       and (h.held or d.day < e.starts_on
            or d.day > e.ends_on
               and d.day > app.pushed_end(b.organization_id, b.membership_id, b.package_id, e.starts_on, e.ends_on, d.day));
end $$;

create function app.needs_you()
returns table (
  need text, task_id uuid, kind text, person_id uuid, name text, phone text, session_id uuid, starts_at timestamptz, program text,
  seats int, owes int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  c_most constant int := 50;
  v_organization uuid := app.signed_in_organization_id();
begin
  return query
    with here as materialized (
      select * from app.here_now(v_organization)
    ), needs as (
      select 1 as rank, 'to_tell' as need, t.id as task_id, case when t.client_id is null then 'lead' else 'client' end as kind,
             coalesce(t.client_id, t.customer_id) as person_id, coalesce(c.name, l.name) as name,
             coalesce(c.phone, l.phone, '') as phone, s.id as session_id, s.starts_at, g.name as program, null::int as seats,
             null::int as owes, null::timestamptz as arrived_at
        from public.tasks t
        join public.bookings b on b.organization_id = t.organization_id and b.id = t.booking_id and b.booking_status = 'confirmed'
        join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
         and s.status = 'scheduled' and s.ends_at > now()
        join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
        left join public.clients c on c.organization_id = t.organization_id and c.id = t.client_id
        left join public.leads l on l.organization_id = t.organization_id and l.id = t.customer_id
       where t.organization_id = v_organization and t.done_at is null
      union all
      select 2, 'seat_held', null, h.kind, h.person_id, h.name, h.phone, h.session_id, h.starts_at, h.program, h.seats, null, null
        from app.held_seats(v_organization) h
      union all
      select 3, 'owes', null, h.kind, h.person_id, h.name, h.phone, h.session_id, h.starts_at, h.program, null, h.owes, h.arrived_at
        from here h where h.owes > 0
      union all
      select 4, 'no_waiver', null, h.kind, h.person_id, h.name, h.phone, h.session_id, h.starts_at, h.program, null, null, h.arrived_at
        from here h where not h.waiver
      union all
      select x.rank, x.need, null, case when b.client_id is null then 'lead' else 'client' end, coalesce(b.client_id, b.customer_id),
             coalesce(c.name, l.name), coalesce(c.phone, l.phone, ''), s.id, s.starts_at, g.name, null, null, null
        from (select 5 as rank, 'not_covered' as need, n as booking_id from app.not_covered() n
              union all
              select 6, o.why, o.booking_id from app.outside_payer() o) x
        join public.bookings b on b.organization_id = v_organization and b.id = x.booking_id
        join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
        join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
        left join public.clients c on c.organization_id = b.organization_id and c.id = b.client_id
        left join public.leads l on l.organization_id = b.organization_id and l.id = b.customer_id
    )
    select n.need, n.task_id, n.kind, n.person_id, n.name, n.phone, n.session_id, n.starts_at, n.program, n.seats, n.owes
      from needs n
     order by n.rank, n.arrived_at desc, n.starts_at, n.name, n.person_id
     limit c_most;
end $$;

-- Somebody was told, or was not after all; saying so twice changes nothing.
create function app.told(p_task uuid, p_told boolean) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  if not app.may_write() then
    raise insufficient_privilege using message = 'may not write here';
  end if;
  update public.tasks t set done_at = case when p_told then clock_timestamp() end
   where t.organization_id = v_organization and t.id = p_task;
  if not found then
    raise no_data_found;
  end if;
end $$;

-- Who did it and when is the database's to say; what is done is taken back by whoever did it within minutes, by a manager
-- within a day.
create function app.task_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(old.organization_id);
  if (old.done_at is null) = (new.done_at is null) then
    return old;
  elsif new.done_at is null then
    perform app.check_undo(old.organization_id, old.done_at, old.done_by, case when old.done_by = app.user_id() then app.desk_id() end);
    new.done_by := null;
    return new;
  end if;
  new.done_at := clock_timestamp();
  new.done_by := app.user_id();
  return new;
end $$;

create trigger a_task_rules before update on public.tasks
  for each row execute function app.task_rules();
