-- Sessions with everybody in them. A session is carried whole: who is whom, which rows are one visit and how many
-- seats are held is known only from all of its rows.

-- Each old row of these sessions that says who comes.
create or replace function takeover.visits(p_sessions uuid[])
returns table (table_name text, source int, id uuid, session_id uuid, client_id uuid, lead_id uuid, says_nobody boolean,
  status text, payment text, at timestamptz, attended_at timestamptz, cancelled_at timestamptz, place int, raw jsonb)
language sql stable as $$
  select v.table_name, v.source, v.id, v.class_session_id, coalesce(v.client_id, p.client_id),
         case when coalesce(v.client_id, p.client_id) is null then v.customer_id end,
         v.client_id is null and v.customer_id is null,
         v.status, v.payment, v.at, v.attended_at, v.cancelled_at, v.place, v.raw
    from (
      select 'bookings' as table_name, 0 as source, b.id, b.class_session_id, b.client_id, b.customer_id,
             takeover.booking_status(b.booking_status, b.status, b.attended_at, b.cancelled_at) as status,
             takeover.payment_status(b.payment_status) as payment, coalesce(b.booking_time, b.created_at) as at,
             b.attended_at, b.cancelled_at, null::int as place, b.raw
        from takeover.bookings b where b.class_session_id = any(p_sessions)
       union all
      select 'class_bookings', 1, b.id, b.class_session_id, b.client_id, b.customer_id,
             takeover.booking_status(b.booking_status, b.status, b.attended_at, b.cancelled_at),
             takeover.payment_status(b.payment_status), coalesce(b.booking_time, b.created_at),
             b.attended_at, b.cancelled_at, null, b.raw
        from takeover.class_bookings b where b.class_session_id = any(p_sessions)
       union all
      select 'waitlist', 2, w.id, w.class_session_id, w.client_id, w.customer_id, 'waitlisted', 'pending', w.joined_at,
             null, null, w.position, w.raw
        from takeover.waitlist w where w.class_session_id = any(p_sessions)
    ) v
    left join takeover.people p on p.lead_id = v.customer_id and v.client_id is null
$$;

create or replace function takeover.judge(p_sessions uuid[]) returns void
language plpgsql as $$
declare
  v_before text[];
begin
  with before as (delete from takeover.judged j where j.session_id = any(p_sessions) and not j.settled returning j.table_name, j.id)
  select array_agg(b.table_name || ' ' || b.id) into v_before from before b;
  insert into takeover.judged (table_name, id, session_id, verdict, into_id)
  with visits as (
    select v.*, f.organization_id,
           case
             when v.says_nobody then 'names nobody'
             when f.organization_id is null then 'names no session that could be kept'
             when c.id is null and l.id is null then
               case when exists (select from clients o where o.id = v.client_id) or exists (select from leads o where o.id = v.lead_id)
                    then 'names somebody of another organization' else 'names nobody who is there' end
           end as why,
           coalesce('c' || c.id, 'l' || l.id) as person
      from takeover.visits(p_sessions) v
      left join takeover.session_facts(p_sessions) f on f.id = v.session_id
      left join clients c on c.organization_id = f.organization_id and c.id = v.client_id
      left join leads l on l.organization_id = f.organization_id and l.id = v.lead_id
     where not exists (select from takeover.judged j where j.table_name = v.table_name and j.id = v.id and j.settled)
  ), ranked as (
    select v.*, first_value(v.id) over (
             partition by v.session_id, v.person
             order by array_position(array['attended', 'confirmed', 'waitlisted', 'no_show'], v.status), v.source, v.at nulls last, v.id) as first_id
      from visits v where v.why is null and v.status not in ('cancelled', 'late_cancelled')
  )
  select v.table_name, v.id, v.session_id,
         case when v.why is not null then 'quarantined' when r.first_id <> r.id then 'merged' else 'kept' end,
         case when r.first_id <> r.id then r.first_id end
    from visits v left join ranked r on r.table_name = v.table_name and r.id = v.id;

  perform takeover.set_aside(v.table_name, v.id::text, f.organization_id, v.raw,
            case when j.verdict = 'merged' then 'merged into ' || j.into_id
                 when v.says_nobody then 'names nobody'
                 when f.organization_id is null then 'names no session that could be kept'
                 when exists (select from clients o where o.id = v.client_id) or exists (select from leads o where o.id = v.lead_id)
                   then 'names somebody of another organization'
                 else 'names nobody who is there' end)
     from takeover.visits(p_sessions) v
     join takeover.judged j on j.table_name = v.table_name and j.id = v.id and j.verdict <> 'kept'
     left join takeover.session_facts(p_sessions) f on f.id = v.session_id;
  -- The old application deleted them.
  delete from quarantine q using unnest(v_before) b
   where q.table_name = split_part(b, ' ', 1) and q.row_id = split_part(b, ' ', 2)
     and not exists (select from takeover.judged j where j.table_name = q.table_name and j.id::text = q.row_id);
  delete from quarantine q using takeover.judged j
   where j.session_id = any(p_sessions) and j.verdict = 'kept' and q.table_name = j.table_name and q.row_id = j.id::text;
end $$;

create or replace function takeover.carry_sessions(p_ids uuid[]) returns void
language plpgsql as $$
begin
  insert into takeover.enqueued values ('sessions carried') on conflict do nothing;

  perform takeover.set_aside('class_sessions', f.id::text, null, f.raw, 'names no organization')
     from takeover.session_facts(p_ids) f where f.organization_id is null;
  insert into programs (organization_id, id, name)
  select distinct f.organization_id, f.program_id, f.program from takeover.session_facts(p_ids) f
   where f.organization_id is not null and f.program is not null
  on conflict do nothing;
  insert into rooms (organization_id, id, name)
  select distinct f.organization_id, takeover.made_id('room', f.organization_id, btrim(s.room)), btrim(s.room)
    from takeover.session_facts(p_ids) f join takeover.class_sessions s on s.id = f.id
   where f.organization_id is not null and btrim(s.room) <> ''
  on conflict do nothing;
  insert into instructors (organization_id, id, name, user_id)
  select distinct on (f.organization_id, u.id) f.organization_id, u.id, u.name, u.id
    from takeover.session_facts(p_ids) f join takeover.class_sessions s on s.id = f.id
    join takeover.staff st on st.old_id = s.trainer_id join users u on u.id = st.user_id
   where f.organization_id is not null
  on conflict do nothing;

  perform takeover.judge(p_ids);

  insert into class_sessions as t (organization_id, id, program_id, room_id, starts_at, ends_at, capacity, extra_seats, booked_count, status)
  select f.organization_id, s.id, f.program_id,
         case when btrim(s.room) <> '' then takeover.made_id('room', f.organization_id, btrim(s.room)) end,
         s.start_time, f.ends_at, takeover.capacity(s.id),
         greatest(h.held - takeover.capacity(s.id), 0), h.held,
         case when takeover.as_status(s.status) = 'cancelled' then 'cancelled' else 'scheduled' end
    from takeover.session_facts(p_ids) f
    join takeover.class_sessions s on s.id = f.id
    cross join lateral (
      select count(*)::int as held from takeover.visits(array[s.id]) v
        join takeover.judged j on j.table_name = v.table_name and j.id = v.id and j.verdict = 'kept'
       where v.status in ('confirmed', 'attended', 'no_show')
    ) h
   where f.organization_id is not null
  on conflict (organization_id, id) do update
    set program_id = excluded.program_id, room_id = excluded.room_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
        capacity = excluded.capacity, extra_seats = excluded.extra_seats, booked_count = excluded.booked_count, status = excluded.status
    where (t.program_id, t.room_id, t.starts_at, t.ends_at, t.capacity, t.extra_seats, t.booked_count, t.status) is distinct from
          (excluded.program_id, excluded.room_id, excluded.starts_at, excluded.ends_at, excluded.capacity, excluded.extra_seats, excluded.booked_count, excluded.status);

  delete from session_instructors t
   where t.class_session_id = any(p_ids) and not exists (
     select from takeover.class_sessions s join takeover.staff st on st.old_id = s.trainer_id
      where s.id = t.class_session_id and st.user_id = t.instructor_id);
  insert into session_instructors (organization_id, class_session_id, instructor_id)
  select distinct f.organization_id, f.id, st.user_id
    from takeover.session_facts(p_ids) f join takeover.class_sessions s on s.id = f.id
    join takeover.staff st on st.old_id = s.trainer_id
   where f.organization_id is not null
  on conflict do nothing;

  perform takeover.carry_bookings(p_ids);
  perform takeover.drop_sessions(p_ids);
end $$;

create or replace function takeover.carry_bookings(p_sessions uuid[]) returns void
language plpgsql as $$
declare
  v_gone record;
begin
  -- The old application moved or deleted it, or it is one visit with another now.
  for v_gone in
    select b.organization_id, b.id from bookings b
     where b.class_session_id = any(p_sessions) and not exists (
       select from takeover.judged j where j.id = b.id and j.verdict = 'kept' and j.session_id = b.class_session_id)
  loop
    begin
      delete from bookings b where b.organization_id = v_gone.organization_id and b.id = v_gone.id;
    exception when foreign_key_violation then
      update bookings b set booking_status = 'cancelled', cancelled_at = coalesce(b.cancelled_at, now())
       where b.organization_id = v_gone.organization_id and b.id = v_gone.id and b.booking_status not in ('cancelled', 'late_cancelled');
    end;
  end loop;

  -- What stops being live goes first: a person has one live booking in a session at every moment.
  update bookings b set booking_status = v.status
    from takeover.visits(p_sessions) v join takeover.judged j on j.table_name = v.table_name and j.id = v.id and j.verdict = 'kept'
   where b.id = v.id and v.status in ('cancelled', 'late_cancelled') and b.booking_status <> v.status;

  insert into bookings as t (organization_id, id, class_session_id, customer_id, client_id, booking_status, payment_status, price, currency,
                             arrived_at, cancelled_at, happened_at, recorded_at)
  select f.organization_id, v.id, v.session_id, v.lead_id, v.client_id, v.status, v.payment,
         -- What was owed before is not known; who waits will owe what the class costs.
         case when v.status = 'waitlisted' then (select p.drop_in_price from programs p where p.organization_id = f.organization_id and p.id = f.program_id) else 0 end,
         o.currency,
         case when v.status = 'attended' then v.attended_at end,
         case when v.status in ('cancelled', 'late_cancelled') then v.cancelled_at end,
         coalesce(v.at, now()), v.recorded_at
    from (
      -- Who waits is recorded in the order of their places, whatever time stands there.
      select w.*, case when w.status = 'waitlisted'
                    then max(coalesce(w.at, now())) over (line rows unbounded preceding) + row_number() over line * interval '1 microsecond'
                    else coalesce(w.at, now()) end as recorded_at
        from (
          select v.*, j.session_id as in_session, coalesce(v.place, (
                   select min(m.place) from takeover.visits(array[v.session_id]) m
                     join takeover.judged mj on mj.table_name = m.table_name and mj.id = m.id and mj.into_id = v.id
                    where v.status = 'waitlisted')) as line_place
            from takeover.visits(p_sessions) v
            join takeover.judged j on j.table_name = v.table_name and j.id = v.id and j.verdict = 'kept'
        ) w
      window line as (partition by w.session_id, w.status = 'waitlisted' order by w.line_place nulls last, w.at, w.id)
    ) v
    join takeover.session_facts(p_sessions) f on f.id = v.session_id
    join organizations o on o.id = f.organization_id
   order by v.status in ('cancelled', 'late_cancelled') desc
  on conflict (organization_id, id) do update
    set class_session_id = excluded.class_session_id, customer_id = excluded.customer_id, client_id = excluded.client_id,
        booking_status = excluded.booking_status, payment_status = excluded.payment_status,
        arrived_at = case when excluded.booking_status = 'attended' then coalesce(excluded.arrived_at, t.arrived_at) end,
        cancelled_at = case when excluded.booking_status in ('cancelled', 'late_cancelled') then coalesce(excluded.cancelled_at, t.cancelled_at) end
    where (t.class_session_id, t.customer_id, t.client_id, t.booking_status, t.payment_status) is distinct from
          (excluded.class_session_id, excluded.customer_id, excluded.client_id, excluded.booking_status, excluded.payment_status)
       or excluded.arrived_at is not null and t.arrived_at is distinct from excluded.arrived_at
       or excluded.cancelled_at is not null and t.cancelled_at is distinct from excluded.cancelled_at;
end $$;

-- What the old application deleted: nobody is in it any more, or it is history.
create or replace function takeover.drop_sessions(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_gone uuid;
begin
  for v_gone in select g from unnest(p_ids) g where not exists (select from takeover.class_sessions s where s.id = g) loop
    begin
      delete from session_instructors t where t.class_session_id = v_gone;
      delete from class_sessions t where t.id = v_gone;
    exception when foreign_key_violation then null;
    end;
  end loop;
end $$;

-- Rows that name no session.
create or replace function takeover.homeless() returns table (table_name text, id uuid, raw jsonb)
language sql stable as $$
  select 'bookings', b.id, b.raw from takeover.bookings b where b.class_session_id is null
   union all
  select 'class_bookings', b.id, b.raw from takeover.class_bookings b where b.class_session_id is null
   union all
  select 'waitlist', w.id, w.raw from takeover.waitlist w where w.class_session_id is null
$$;

create or replace function takeover.carry_homeless(p_ids uuid[]) returns void
language plpgsql as $$
begin
  delete from takeover.judged j where j.session_id is null and j.id = any(p_ids);
  insert into takeover.judged as t (table_name, id, verdict)
  select h.table_name, h.id, 'quarantined' from takeover.homeless() h where h.id = any(p_ids)
  on conflict (table_name, id) do update set session_id = null, verdict = 'quarantined', into_id = null;
  perform takeover.set_aside(h.table_name, h.id::text, null, h.raw, 'names no session')
     from takeover.homeless() h where h.id = any(p_ids);
end $$;
