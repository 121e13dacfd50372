-- Whom the desk's find shows, and in what order. What is booked and who usually comes at the chosen session's
-- weekday and hour says more than the letters: so all that match are ranked, not the first of the alphabet.

-- Who came within so many days is still around.
create function app.around_since(p_zone text) returns date
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (now() at time zone p_zone)::date - 56;
end $$;

-- The live booking of each person who has one today or in the chosen session: that session's before others, what is
-- not over before what is.
create function app.booked(p_organization uuid, p_session uuid)
returns table (person_id uuid, id uuid, session_id uuid, starts_at timestamptz, ends_at timestamptz, status text,
  arrived_at timestamptz, recorded_at timestamptz)
language plpgsql stable rows 100 set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  v_zone text := (select o.timezone from public.organizations o where o.id = p_organization);
  v_today date := (now() at time zone v_zone)::date;
  v_from timestamptz := v_today::timestamp at time zone v_zone;
  v_until timestamptz := (v_today + 1)::timestamp at time zone v_zone;
begin
  return query
    select distinct on (1) coalesce(b.client_id, b.customer_id), b.id, s.id, s.starts_at, s.ends_at, b.booking_status,
           b.arrived_at, b.recorded_at
      from public.class_sessions s
      join public.bookings b on b.organization_id = s.organization_id and b.class_session_id = s.id
       and b.booking_status in ('confirmed', 'waitlisted', 'attended')
     where s.organization_id = p_organization
       and ((s.starts_at >= v_from and s.starts_at < v_until) or s.id = p_session)
     order by 1, (s.id = p_session) desc, (s.ends_at < now()), s.starts_at, s.id;
end $$;

-- The weekly half hour of a session; NULL without one.
create function app.slot_of(p_organization uuid, p_session uuid) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select app.weekly_slot(s.starts_at at time zone o.timezone)
            from public.class_sessions s join public.organizations o on o.id = s.organization_id
           where s.organization_id = p_organization and s.id = p_session);
end $$;

-- Whom the barcode is of, as a scanner sends it.
create function app.scanned(p_organization uuid, p_text text) returns uuid[]
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_barcode text := nullif(btrim(p_text), '');
begin
  return (
    select array_agg(d.person_id order by d.kind) from public.search_documents d
     where d.organization_id = p_organization and d.person_id in (
       select l.id from public.leads l where l.organization_id = p_organization and l.barcode = v_barcode
       union all
       select c.id from public.clients c where c.organization_id = p_organization and c.barcode = v_barcode));
end $$;

-- Who is expected in the session: to come, then the waitlist in its order, then who usually comes at this weekday and
-- hour and neither booked nor cancelled, the latest visit first. With a letter: whose name has a word that begins so,
-- and behind them who is booked elsewhere today.
create function app.expected(p_organization uuid, p_session uuid, p_letter text) returns uuid[]
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  c_most constant int := 50;
  c_most_to_come constant int := 100;
  v_slot int := app.slot_of(p_organization, p_session);
  v_since date := app.around_since((select o.timezone from public.organizations o where o.id = p_organization));
  v_start text := case when p_letter <> '' then '% ' || app.literal_pattern(p_letter) || '%' end;
begin
  return (
    with expected as (
      select d.person_id, d.name, b.recorded_at, null::date as last_visit_on,
             case when b.session_id is distinct from p_session then 3 when b.status = 'confirmed' then 0 else 1 end as turn
        from app.booked(p_organization, p_session) b
        join public.search_documents d on d.organization_id = p_organization and d.person_id = b.person_id
       where p_session is not null and b.status <> 'attended' and (b.session_id = p_session or v_start is not null)
       union all
      select d.person_id, d.name, null, d.last_visit_on, 2
        from public.search_documents d
       where d.organization_id = p_organization and d.usual @> array[v_slot] and d.last_visit_on > v_since
         and cardinality(array_positions(d.usual, v_slot)) >= 2
         and not exists (select from public.bookings b where b.organization_id = p_organization
                            and b.class_session_id = p_session and (b.customer_id = d.person_id or b.client_id = d.person_id))
         and not exists (select from public.leads l where l.organization_id = p_organization and l.id = d.person_id
                            and l.blocked_at is not null)
         and not exists (select from public.clients c where c.organization_id = p_organization and c.id = d.person_id
                            and c.blocked_at is not null)
    ), placed as (
      select e.person_id, e.turn, row_number() over (
               order by e.turn, case when e.turn = 1 then e.recorded_at end, e.last_visit_on desc, e.name, e.person_id) as place
        from expected e where v_start is null or ' ' || e.name like v_start
    )
    select array_agg(p.person_id order by p.place) from placed p
     where p.place <= case when p.turn <= 1 then c_most_to_come else c_most end);
end $$;

-- The best of those who match: first how well the text fits; among equals who is expected now, to the chosen session
-- of today or to another that begins within the hour; then who came at the session's weekday and hour and is not
-- booked there, the oftener the higher; then who is booked otherwise; then who came lately, then the finer place.
create function app.found(p_organization uuid, p_session uuid, p_words text) returns uuid[]
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  c_most constant int := 50;
  v_slot int := app.slot_of(p_organization, p_session);
  v_zone text := (select o.timezone from public.organizations o where o.id = p_organization);
  v_since date := app.around_since(v_zone);
  v_tomorrow timestamptz := ((now() at time zone v_zone)::date + 1)::timestamp at time zone v_zone;
begin
  return array(
    select h.person_id
      from app.matching(p_organization, p_words) h
      left join app.booked(p_organization, p_session) b on b.person_id = h.person_id
      cross join lateral (
        select case when h.last_visit_on > v_since then h.last_visit_on end as last_on,
               case when h.last_visit_on > v_since then cardinality(array_positions(h.usual, v_slot)) end as visits
      ) u
      cross join lateral (
        select case
          when b.status <> 'attended' and b.session_id = p_session and b.starts_at < v_tomorrow then 0
          when b.status <> 'attended' and b.starts_at < now() + interval '1 hour' and b.ends_at > now() then 1
          when u.visits > 0 and b.session_id is distinct from p_session then 2
          when b.status <> 'attended' then 3
          else 4 end as turn
      ) t
     order by h.fit, t.turn, case when t.turn = 2 then -u.visits end, u.last_on desc nulls last, h.place, h.name, h.person_id
     limit c_most);
end $$;

-- What staff must see of these people at a glance, in their order.
create function app.people_at_a_glance(p_organization uuid, p_session uuid, p_ids uuid[], p_scanned boolean)
returns table (
  kind text, id uuid, name text, birth_date date, phone_end text, email text, blocked boolean, waiver boolean, owes int,
  alerts text[], family int, namesakes int, regular boolean, scanned boolean, last_visit date, booked_id uuid,
  booked_session_id uuid, booked_starts_at timestamptz, booked_status text, arrived_at timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_generic_plan as $$
declare
  v_slot int := app.slot_of(p_organization, p_session);
  v_since date := app.around_since((select o.timezone from public.organizations o where o.id = p_organization));
begin
  return query
    select p.kind, p.id, p.name, p.birth_date, right(app.digits(p.phone), 3), coalesce(p.email, ''),
           p.blocked_at is not null, p.waiver_signed_at is not null, m.owes, n.alerts, f.family, same.namesakes,
           coalesce(d.last_visit_on > v_since and cardinality(array_positions(d.usual, v_slot)) >= 2, false), p_scanned, d.last_visit_on, b.id,
           b.session_id, b.starts_at, b.status, b.arrived_at
      from unnest(p_ids) with ordinality as w(id, place)
      join public.search_documents d on d.organization_id = p_organization and d.person_id = w.id
      cross join lateral (
        select 'lead' as kind, l.id, l.name, l.birth_date, l.phone, l.email, l.blocked_at, l.waiver_signed_at
          from public.leads l where l.organization_id = p_organization and l.id = w.id
        union all
        select 'client', c.id, c.name, c.birth_date, c.phone, c.email, c.blocked_at, c.waiver_signed_at
          from public.clients c where c.organization_id = p_organization and c.id = w.id
      ) p
      cross join lateral (
        select coalesce(sum(mb.price), 0)::int as owes
          from public.bookings mb
         where mb.organization_id = p_organization and (mb.customer_id = w.id or mb.client_id = w.id)
           and mb.payment_status = 'pending'
           and mb.booking_status in ('confirmed', 'attended', 'no_show', 'late_cancelled')
      ) m
      cross join lateral (
        select coalesce(array_agg(a.text order by a.alert_priority, a.written_at, a.id), '{}') as alerts
          from public.notes a
         where a.organization_id = p_organization and a.alert_priority is not null
           and (a.customer_id = w.id or a.client_id = w.id)
      ) n
      cross join lateral (
        select count(*)::int as family
          from public.family_members me
          join public.family_members fm on fm.organization_id = me.organization_id and fm.family_id = me.family_id
           and fm.id <> me.id
         where me.organization_id = p_organization and (me.customer_id = w.id or me.client_id = w.id)
      ) f
      cross join lateral (
        select count(*)::int as namesakes
          from public.search_documents o
         where o.organization_id = p_organization and md5(o.name) = md5(d.name) and o.name = d.name
           and o.person_id <> w.id
      ) same
      left join app.booked(p_organization, p_session) b on b.person_id = w.id
     order by w.place;
end $$;

-- Nothing typed, or one letter, shows who is expected in the session, and nobody without one.
create function app.find(p_text text, p_session uuid default null)
returns table (
  kind text, id uuid, name text, birth_date date, phone_end text, email text, blocked boolean, waiver boolean, owes int,
  alerts text[], family int, namesakes int, regular boolean, scanned boolean, last_visit date, booked_id uuid,
  booked_session_id uuid, booked_starts_at timestamptz, booked_status text, arrived_at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  c_longest constant int := 200;
  v_organization uuid := app.signed_in_organization_id();
  v_text text := left(p_text, c_longest);
  v_words text := case when app.is_number(v_text) then app.digits(v_text) else app.words(v_text) end;
  v_scanned uuid[] := app.scanned(v_organization, v_text);
begin
  return query
    select g.* from app.people_at_a_glance(v_organization, p_session,
      case when v_scanned is not null then v_scanned
           when length(replace(v_words, ' ', '')) < 2 then app.expected(v_organization, p_session, v_words)
           else app.found(v_organization, p_session, v_words) end,
      v_scanned is not null) g;
end $$;
