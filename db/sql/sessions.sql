-- The class sessions of a day, and the roster of one.

-- Bookable: scheduled, with a seat left, and not begun more than ten minutes ago; what the desk offers first.
create function app.sessions_on(p_day date)
returns table (
  id uuid, starts_on date, program text, open_gym boolean, room text, instructors text, starts_at timestamptz,
  ends_at timestamptz, capacity int, extra_seats int, booked_count int, waiting int, here int, to_come int,
  due int, status text, price int, bookable boolean, check_in_open boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_zone text := (select o.timezone from public.organizations o where o.id = v_organization);
  v_after interval := app.hours_after(v_organization);
  v_day date := coalesce(p_day, (now() at time zone v_zone)::date);
begin
  return query
    select s.id, v_day, p.name, p.open_gym, coalesce(r.name, ''), i.names, s.starts_at, s.ends_at, s.capacity,
           s.extra_seats, s.booked_count, w.waiting, w.here, w.to_come, w.due, s.status, p.drop_in_price,
           s.status = 'scheduled' and s.booked_count < s.capacity + s.extra_seats
             and now() < s.ends_at and (p.open_gym or now() < s.starts_at + interval '10 minutes'),
           app.check_in_open(s, v_zone, v_after)
      from public.class_sessions s
      join public.programs p on p.organization_id = s.organization_id and p.id = s.program_id
      left join public.rooms r on r.organization_id = s.organization_id and r.id = s.room_id
      cross join lateral (
        select coalesce(string_agg(n.name, ', ' order by n.name), '') as names
          from public.session_instructors si
          join public.instructors n on n.organization_id = si.organization_id and n.id = si.instructor_id
         where si.organization_id = s.organization_id and si.class_session_id = s.id
      ) i
      cross join lateral (
        select (count(*) filter (where b.booking_status = 'waitlisted'))::int as waiting,
               (count(*) filter (where b.booking_status = 'attended'))::int as here,
               (count(*) filter (where b.booking_status = 'confirmed'))::int as to_come,
               (count(*) filter (where b.booking_status <> 'waitlisted' and b.payment_status = 'pending'
                 and b.price > 0))::int as due
          from public.bookings b
         where b.organization_id = s.organization_id and b.class_session_id = s.id
           and b.booking_status in ('confirmed', 'waitlisted', 'attended', 'no_show')
      ) w
     where s.organization_id = v_organization
       and s.starts_at >= v_day::timestamp at time zone v_zone
       and s.starts_at < (v_day + 1)::timestamp at time zone v_zone
     order by p.open_gym, s.starts_at, p.name, s.id;
end $$;

create function app.roster(p_session uuid)
returns table (
  booking_id uuid, kind text, person_id uuid, name text, booking_status text, payment_status text, paid_by text,
  price int, currency text, arrived_at timestamptz, recorded_at timestamptz, place int)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  if not exists (select from public.class_sessions s where s.organization_id = v_organization and s.id = p_session) then
    raise no_data_found;
  end if;
  return query
    select b.id, case when b.client_id is null then 'lead' else 'client' end, coalesce(b.client_id, b.customer_id),
           coalesce(c.name, l.name), b.booking_status, b.payment_status, b.paid_by, b.price, b.currency,
           b.arrived_at, b.recorded_at,
           case when b.booking_status = 'waitlisted' then
             (row_number() over (partition by b.booking_status order by b.recorded_at, b.id))::int end
      from public.bookings b
      left join public.clients c on c.organization_id = b.organization_id and c.id = b.client_id
      left join public.leads l on l.organization_id = b.organization_id and l.id = b.customer_id
     where b.organization_id = v_organization and b.class_session_id = p_session
       and b.booking_status in ('confirmed', 'attended', 'no_show', 'waitlisted')
     order by b.booking_status = 'waitlisted', 12, 4, b.id;
end $$;
