-- Sessions with everybody in them. A session is carried whole: who is whom, which rows are one visit and how many
-- seats are held is known only from all of its rows.

-- The old rows of the sessions at hand that say who comes. One take-over runs at a time.
create unlogged table if not exists takeover.visits (
  table_name text not null,
  source int not null,
  id uuid not null,
  session_id uuid not null,
  organization_id uuid,
  client_id uuid,
  lead_id uuid,
  status text not null,
  payment text not null,
  at timestamptz,
  attended_at timestamptz,
  cancelled_at timestamptz,
  place int,
  why text, -- it cannot be kept
  into_id uuid, -- it is one visit with that one
  news boolean not null default false, -- it was not carried yet as it is now
  digest text not null,
  raw jsonb not null,
  primary key (table_name, id)
);

create or replace function takeover.read_visits(p_sessions uuid[]) returns void
language plpgsql as $$
begin
  -- Truncating waits for the disk, which a cutover has no time for.
  if pg_relation_size('takeover.visits') > 8000000 then
    truncate takeover.visits;
  else
    delete from takeover.visits;
  end if;
  insert into takeover.visits (table_name, source, id, session_id, organization_id, client_id, lead_id, status, payment, at, attended_at,
                               cancelled_at, place, why, digest, raw)
  select v.table_name, v.source, v.id, v.class_session_id, f.organization_id, c.id, l.id, v.status, v.payment, v.at, v.attended_at,
         v.cancelled_at, v.place,
         case
           when v.client_id is null and v.customer_id is null then 'names nobody'
           when takeover.is_taken(v.source, v.id, v.class_session_id) then 'another booking has its id'
           when f.organization_id is null then 'names no session that could be kept'
           when c.id is not null or l.id is not null then null
           when exists (select from clients o where o.id = w.client_id) or exists (select from leads o where o.id = v.customer_id)
             then 'names somebody of another organization'
           else 'names nobody who is there' end,
         md5(concat(v.raw, c.id, l.id)), v.raw
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
    -- A client who is not there is nobody: then the lead counts.
    left join takeover.identities k on k.kind = 'client' and k.id = v.client_id
    left join takeover.people p on p.lead_id = v.customer_id and k.id is null
    cross join lateral (select coalesce(k.id, p.client_id) as client_id) w
    left join takeover.session_facts(p_sessions) f on f.id = v.class_session_id
    left join clients c on c.organization_id = f.organization_id and c.id = w.client_id
    left join leads l on l.organization_id = f.organization_id and l.id = v.customer_id and w.client_id is null;
end $$;

-- Whether a row of an earlier table has the id, in another session.
create or replace function takeover.is_taken(p_source int, p_id uuid, p_session uuid) returns boolean
language sql stable as $$
  select case when p_source = 0 then false else
    exists (select from takeover.bookings b where b.id = p_id and b.class_session_id is distinct from p_session)
    or p_source = 2 and exists (select from takeover.class_bookings b where b.id = p_id and b.class_session_id is distinct from p_session) end
$$;

-- Rows of one id in one session: the one of the earliest table that can be kept has it.
create or replace function takeover.share_ids() returns void
language plpgsql as $$
begin
  if not exists (select from takeover.visits v join takeover.visits u on u.id = v.id and u.source < v.source) then
    return;
  end if;
  update takeover.visits v set why = 'another booking has its id'
    from takeover.visits u
   where v.why is null and u.id = v.id and u.source < v.source and u.why is null
     and (u.client_id, u.lead_id) is distinct from (v.client_id, v.lead_id);
  update takeover.visits v set into_id = v.id
   where v.why is null and exists (select from takeover.visits u where u.id = v.id and u.source < v.source and u.why is null);
end $$;

-- What becomes of each; returns the bookings that came from rows of these sessions before.
-- A booking that the desk made counts before every old row of the same visit.
create or replace function takeover.judge(p_sessions uuid[]) returns uuid[]
language plpgsql as $$
declare
  v_before text[];
  v_booked uuid[];
  v_cut int := (select c.number from takeover.cutovers c);
begin
  with before as (
    delete from takeover.judged j where j.session_id = any(p_sessions) and not (j.verdict = 'merged' and j.cut < v_cut)
    returning j.table_name, j.id, j.verdict
  )
  select coalesce(array_agg(b.table_name || ' ' || b.id), '{}'), coalesce(array_agg(b.id) filter (where b.verdict = 'kept'), '{}')
    into v_before, v_booked from before b;
  delete from takeover.visits v using takeover.judged j where j.table_name = v.table_name and j.id = v.id and j.verdict = 'merged' and j.cut < v_cut;

  perform takeover.share_ids();

  with live as (
    select v.table_name, v.id, v.session_id, coalesce(v.client_id, v.lead_id) as person_id, v.status, v.source, v.at
      from takeover.visits v where v.why is null and v.into_id is null and v.status not in ('cancelled', 'late_cancelled')
     union all
    select null, b.id, b.class_session_id, coalesce(b.client_id, b.customer_id), b.booking_status, -1, b.recorded_at
      from bookings b
     where b.class_session_id = any(p_sessions) and b.booking_status not in ('cancelled', 'late_cancelled')
       and b.id <> all (v_booked)
       and not exists (select from takeover.judged j where j.id = b.id)
  ), ranked as (
    select l.*, first_value(l.id) over (
             partition by l.session_id, l.person_id
             -- A row of the waitlist is one visit with any booking of theirs, and never takes one in.
             order by (l.source >= 0), (l.source = 2), array_position(array['attended', 'confirmed', 'waitlisted', 'no_show'], l.status),
                      l.source, l.at nulls last, l.id) as first_id
      from live l
  )
  update takeover.visits v set into_id = r.first_id
    from ranked r where r.table_name = v.table_name and r.id = v.id and r.first_id <> v.id;
  update takeover.visits v set into_id = u.into_id
    from takeover.visits u where v.into_id = v.id and u.id = v.id and u.source < v.source and u.why is null and u.into_id <> u.id;

  insert into takeover.judged as j (table_name, id, session_id, verdict, into_id, cut)
  select v.table_name, v.id, v.session_id,
         case when v.why is not null then 'quarantined' when v.into_id is not null then 'merged' else 'kept' end, v.into_id, v_cut
    from takeover.visits v
  on conflict (table_name, id) do update
    set session_id = excluded.session_id, verdict = excluded.verdict, into_id = excluded.into_id, cut = excluded.cut;
  perform takeover.set_aside(v.table_name, v.id::text, v.organization_id, v.raw, coalesce(v.why, 'merged into ' || v.into_id))
     from takeover.visits v where v.why is not null or v.into_id is not null;
  -- Kept now, or deleted by the old application.
  delete from quarantine q using takeover.visits v
   where q.table_name = v.table_name and q.row_id = v.id::text and v.why is null and v.into_id is null;
  delete from quarantine q using unnest(v_before) b
   where q.table_name = split_part(b, ' ', 1) and q.row_id = split_part(b, ' ', 2)
     and not exists (select from takeover.judged j where j.table_name = q.table_name and j.id::text = q.row_id);

  update takeover.visits v set news = true
   where v.why is null and v.into_id is null
     and (not exists (select from takeover.seen s where s.table_name = v.table_name and s.id = v.id and s.digest = v.digest)
          or not exists (select from bookings b where b.id = v.id));
  return v_booked;
end $$;

-- The old application moved or deleted them, or they are one visit with another now.
create or replace function takeover.drop_bookings(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_gone record;
begin
  for v_gone in
    select b.organization_id, b.id from unnest(p_ids) o(id) join bookings b on b.id = o.id
     where not exists (select from takeover.judged j where j.id = b.id and j.verdict = 'kept')
  loop
    begin
      delete from bookings b where b.organization_id = v_gone.organization_id and b.id = v_gone.id;
    exception when foreign_key_violation then
      update bookings b set booking_status = 'cancelled', cancelled_at = coalesce(b.cancelled_at, now())
       where b.organization_id = v_gone.organization_id and b.id = v_gone.id and b.booking_status not in ('cancelled', 'late_cancelled');
    end;
    delete from takeover.seen s where s.id = v_gone.id;
  end loop;
end $$;

create or replace function takeover.carry_sessions(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_booked uuid[];
begin
  insert into takeover.enqueued values ('sessions carried') on conflict do nothing;
  perform takeover.carry_rooms(p_ids);
  perform takeover.read_visits(p_ids);
  v_booked := takeover.judge(p_ids);
  perform takeover.drop_bookings(v_booked);
  perform takeover.place_sessions(p_ids);
  perform takeover.carry_bookings();
  perform takeover.drop_sessions(p_ids);
end $$;

-- What the sessions need: programs where they name none, rooms, and who leads them.
create or replace function takeover.carry_rooms(p_ids uuid[]) returns void
language plpgsql as $$
begin
  perform takeover.set_aside('class_sessions', f.id::text, null, f.raw, f.why)
     from takeover.session_facts(p_ids) f where f.organization_id is null;
  perform takeover.unset('class_sessions', array(select i::text from unnest(p_ids) i where not exists (
    select from takeover.session_facts(p_ids) f where f.id = i and f.organization_id is null)));
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
end $$;

-- The sessions, with room for everybody who is in them; what did not change keeps what the desk made of it.
create or replace function takeover.place_sessions(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_news uuid[];
begin
  with seen as (
    insert into takeover.seen as n (table_name, id, digest)
    select 'class_sessions', f.id, md5(concat(f.raw - array['current_bookings', 'updated_at'], f.organization_id, f.program_id, takeover.capacity(f.id)))
      from takeover.session_facts(p_ids) f where f.organization_id is not null
    on conflict (table_name, id) do update set digest = excluded.digest where n.digest <> excluded.digest
    returning n.id
  )
  select coalesce(array_agg(s.id), '{}') into v_news from seen s;

  with held as (
    select h.session_id, count(*)::int as seats
      from (select v.session_id from takeover.visits v where v.news and v.status in ('confirmed', 'attended', 'no_show')
             union all
            select b.class_session_id from bookings b
             where b.class_session_id = any(p_ids) and b.booking_status in ('confirmed', 'attended', 'no_show')
               and not exists (select from takeover.visits v where v.id = b.id and v.news)) h
     group by 1
  ), facts as (
    select f.organization_id, s.id, f.program_id, btrim(s.room) as room, s.start_time, f.ends_at, coalesce(h.seats, 0) as seats,
           takeover.capacity(s.id) as capacity,
           case when takeover.as_status(s.status) = 'cancelled' then 'cancelled' else 'scheduled' end as status
      from takeover.session_facts(p_ids) f
      join takeover.class_sessions s on s.id = f.id
      left join held h on h.session_id = s.id
     where f.organization_id is not null
  ), recounted as (
    update class_sessions t
       set booked_count = f.seats,
           extra_seats = greatest(f.seats - t.capacity, case when f.seats >= t.booked_count then t.extra_seats else 0 end)
      from facts f
     where t.organization_id = f.organization_id and t.id = f.id and f.id <> all (v_news) and t.booked_count <> f.seats
  )
  insert into class_sessions as t (organization_id, id, program_id, room_id, starts_at, ends_at, capacity, extra_seats, booked_count, status)
  select f.organization_id, f.id, f.program_id, case when f.room <> '' then takeover.made_id('room', f.organization_id, f.room) end,
         f.start_time, f.ends_at, f.capacity, greatest(f.seats - f.capacity, 0), f.seats, f.status
    from facts f where f.id = any(v_news)
  on conflict (organization_id, id) do update
    set program_id = excluded.program_id, room_id = excluded.room_id, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
        capacity = excluded.capacity, extra_seats = excluded.extra_seats, booked_count = excluded.booked_count, status = excluded.status;

  delete from session_instructors t
   where t.class_session_id = any(v_news) and not exists (
     select from takeover.class_sessions s join takeover.staff st on st.old_id = s.trainer_id
      where s.id = t.class_session_id and st.user_id = t.instructor_id);
  insert into session_instructors (organization_id, class_session_id, instructor_id)
  select distinct f.organization_id, f.id, st.user_id
    from takeover.session_facts(v_news) f join takeover.class_sessions s on s.id = f.id
    join takeover.staff st on st.old_id = s.trainer_id
   where f.organization_id is not null
  on conflict do nothing;
end $$;

create or replace function takeover.carry_bookings() returns void
language plpgsql as $$
begin
  -- What stops being live goes first: a person has one live booking in a session at every moment.
  update bookings b set booking_status = v.status
    from takeover.visits v
   where v.news and b.id = v.id and v.status in ('cancelled', 'late_cancelled') and b.booking_status <> v.status;

  with placed as (
    select v.*, coalesce(v.place, m.place) as line_place
      from takeover.visits v
      left join (select into_id, min(place) as place from takeover.visits group by 1) m on m.into_id = v.id and v.status = 'waitlisted'
     where v.why is null and v.into_id is null
  ), timed as (
    -- Who waits is recorded in the order of their places, whatever time stands there.
    select p.*, case when p.status = 'waitlisted'
                  then max(coalesce(p.at, now())) over (line rows unbounded preceding) + row_number() over line * interval '1 microsecond'
                  else coalesce(p.at, now()) end as recorded_at
      from placed p
    window line as (partition by p.session_id, p.status = 'waitlisted' order by p.line_place nulls last, p.at, p.id)
  )
  insert into bookings as t (organization_id, id, class_session_id, customer_id, client_id, booking_status, payment_status, price, currency,
                             arrived_at, cancelled_at, happened_at, recorded_at)
  select v.organization_id, v.id, v.session_id, v.lead_id, v.client_id, v.status, v.payment,
         -- What was owed before is not known; who waits will owe what the class costs.
         case when v.status = 'waitlisted' then p.drop_in_price else 0 end, o.currency,
         case when v.status = 'attended' then v.attended_at end,
         case when v.status in ('cancelled', 'late_cancelled') then v.cancelled_at end,
         coalesce(v.at, now()), v.recorded_at
    from timed v
    join organizations o on o.id = v.organization_id
    join class_sessions s on s.organization_id = v.organization_id and s.id = v.session_id
    join programs p on p.organization_id = s.organization_id and p.id = s.program_id
   where v.news
  on conflict (organization_id, id) do update
    set class_session_id = excluded.class_session_id, customer_id = excluded.customer_id, client_id = excluded.client_id,
        booking_status = excluded.booking_status, payment_status = excluded.payment_status,
        arrived_at = case when excluded.booking_status = 'attended' then coalesce(excluded.arrived_at, t.arrived_at) end,
        cancelled_at = case when excluded.booking_status in ('cancelled', 'late_cancelled') then coalesce(excluded.cancelled_at, t.cancelled_at) end;

  insert into takeover.seen as s (table_name, id, digest)
  select v.table_name, v.id, v.digest from takeover.visits v where v.news
  on conflict (table_name, id) do update set digest = excluded.digest where s.digest <> excluded.digest;
end $$;

-- What the old application deleted: nobody is in it any more, or it is history.
create or replace function takeover.drop_sessions(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_gone uuid;
begin
  for v_gone in
    select s.id from takeover.seen s where s.table_name = 'class_sessions' and s.id = any(p_ids)
       and not exists (select from takeover.session_facts(p_ids) f where f.id = s.id and f.organization_id is not null)
  loop
    begin
      delete from takeover.seen s where s.table_name = 'class_sessions' and s.id = v_gone;
      delete from session_instructors t where t.class_session_id = v_gone;
      delete from class_sessions t where t.id = v_gone;
    exception when foreign_key_violation then null;
    end;
  end loop;
end $$;

-- Rows that name no session, or one that is not there.
create or replace function takeover.homeless() returns table (table_name text, id uuid, raw jsonb)
language sql stable as $$
  select v.table_name, v.id, v.raw
    from (select 'bookings' as table_name, b.id, b.class_session_id, b.raw from takeover.bookings b
           union all select 'class_bookings', b.id, b.class_session_id, b.raw from takeover.class_bookings b
           union all select 'waitlist', w.id, w.class_session_id, w.raw from takeover.waitlist w) v
   where not exists (select from takeover.class_sessions s where s.id = v.class_session_id)
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
  delete from quarantine q
   where q.table_name in ('bookings', 'class_bookings', 'waitlist') and q.row_id = any(p_ids::text[]) and q.reason = 'names no session'
     and not exists (select from takeover.homeless() h where h.table_name = q.table_name and h.id::text = q.row_id);
end $$;
