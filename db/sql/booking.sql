-- What a desk does with bookings, as one call each; what comes back is one answer that a desk can put into words.

create type app.answer as (
  outcome text, rule text, booking_id uuid, session_id uuid, kind text, person_id uuid, person_name text,
  booking_status text, payment_status text, paid_by text, price int, currency text, seat int, seats int,
  place int, ahead text[], "overlaps" text, recorded_at timestamptz, arrived_at timestamptz,
  before text, promotes text, decided jsonb, offer jsonb, credit int);

create function app.live(p_status text) returns boolean
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select p_status in ('confirmed', 'waitlisted', 'attended', 'no_show')
$$;

-- The person's other booking at the same time; touching ends are fine, open gym overlaps nothing.
create function app.overlap(p_session uuid, p_customer uuid, p_client uuid) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
  v_overlap text;
begin
  select to_char(os.starts_at at time zone o.timezone, 'HH24:MI') || ' ' || op.name into v_overlap
    from public.class_sessions s
    join public.programs p on p.organization_id = s.organization_id and p.id = s.program_id and not p.open_gym
    join public.organizations o on o.id = s.organization_id
    join public.bookings b on b.organization_id = s.organization_id and b.class_session_id <> s.id
     and (b.customer_id = p_customer or b.client_id = p_client) and b.booking_status in ('confirmed', 'waitlisted', 'attended')
    join public.class_sessions os on os.organization_id = s.organization_id and os.id = b.class_session_id
     and os.starts_at < s.ends_at and s.starts_at < os.ends_at
    join public.programs op on op.organization_id = os.organization_id and op.id = os.program_id and not op.open_gym
   where s.organization_id = v_organization and s.id = p_session
   order by os.starts_at limit 1;
  return v_overlap;
end $$;

create function app.answer_about(
  p_outcome text, p_rule text, p_booking uuid, p_session uuid, p_customer uuid, p_client uuid) returns app.answer
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
  b public.bookings;
  a app.answer;
  v_before text[];
begin
  select x.* into b from public.bookings x where x.organization_id = v_organization and x.id = p_booking;
  a.outcome := p_outcome;
  a.rule := p_rule;
  a.booking_id := b.id;
  a.session_id := coalesce(b.class_session_id, p_session);
  a.person_id := coalesce(b.client_id, b.customer_id, p_client, p_customer);
  a.kind := case when coalesce(b.client_id, p_client) is null then 'lead' else 'client' end;
  a.booking_status := b.booking_status;
  a.payment_status := b.payment_status;
  a.paid_by := b.paid_by;
  -- Of who waits it says what would pay, and that is nobody's answer yet.
  a.decided := case when b.booking_status <> 'waitlisted' then b.decided end;
  a.recorded_at := b.recorded_at;
  a.arrived_at := b.arrived_at;
  select coalesce(b.price, p.drop_in_price), o.currency, s.booked_count, s.capacity + s.extra_seats
    into a.price, a.currency, a.seat, a.seats
    from public.class_sessions s
    join public.programs p on p.organization_id = s.organization_id and p.id = s.program_id
    join public.organizations o on o.id = s.organization_id
   where s.organization_id = v_organization and s.id = a.session_id;
  a.person_name := coalesce(
    (select c.name from public.clients c where a.kind = 'client' and c.organization_id = v_organization and c.id = a.person_id),
    (select l.name from public.leads l where a.kind = 'lead' and l.organization_id = v_organization and l.id = a.person_id));
  if b.booking_status = 'waitlisted' or p_outcome = 'full' then
    select array_agg(coalesce(c.name, l.name) order by w.recorded_at, w.id) into v_before
      from public.bookings w
      left join public.clients c on c.organization_id = w.organization_id and c.id = w.client_id
      left join public.leads l on l.organization_id = w.organization_id and l.id = w.customer_id
     where w.organization_id = v_organization and w.class_session_id = a.session_id and w.booking_status = 'waitlisted'
       and (b.id is null or (w.recorded_at, w.id) < (b.recorded_at, b.id));
    a.place := coalesce(array_length(v_before, 1), 0) + 1;
    a.ahead := coalesce(v_before[1:3], '{}');
  end if;
  if p_outcome = 'due' then
    select jsonb_build_object('id', o.id, 'name', o.name, 'price', o.price, 'currency', o.currency) into a.offer
      from app.offers(a.session_id) o
     where o.kind = 'package'
       and not (o.is_intro and app.had_intro(v_organization, coalesce(b.customer_id, p_customer), coalesce(b.client_id, p_client)))
     limit 1;
    a.credit := app.account_credit(v_organization, coalesce(b.customer_id, p_customer), coalesce(b.client_id, p_client));
  end if;
  a."overlaps" := app.overlap(a.session_id, coalesce(b.customer_id, p_customer), coalesce(b.client_id, p_client));
  return a;
end $$;

-- Two desks that spend somebody's credit come one after the other, before anything of theirs is locked.
create function app.lock_spender(p_pay text, p_customer uuid, p_client uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if p_pay = 'credit' then
    perform app.lock_buyer(p_customer, p_client);
  end if;
end $$;

-- One try: the row, or the name of the rule that refused it. Nothing of a refused try stays.
-- How what is due is paid counts for what nothing covers; a membership or a package is chosen by its id, and only
-- p_drop_in pays although something would cover it. A gift is always meant.
create function app.try_booking(
  p_id uuid, p_session uuid, p_customer uuid, p_client uuid, p_status text, p_pay text, p_comp_reason text,
  p_override_reason text, p_entitlement uuid, p_drop_in boolean, out rule text, out decided jsonb)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_due boolean;
begin
  perform app.lock_spender(p_pay, p_customer, p_client);
  if p_pay in ('card', 'cash', 'later', 'credit') and not p_drop_in and app.is_covered(p_session, p_customer, p_client) then
    p_pay := null;
  end if;
  insert into public.bookings as b
    (organization_id, id, class_session_id, customer_id, client_id, booking_status, paid_by, comp_reason, override_reason,
     membership_id, package_id)
  values (app.organization_id(), p_id, p_session, p_customer, p_client, p_status,
          coalesce(p_pay, case when p_drop_in then 'later' end), p_comp_reason, p_override_reason,
          case when p_pay = 'membership' then p_entitlement end, case when p_pay = 'package' then p_entitlement end)
  returning p_pay is null and b.paid_by is not distinct from 'later', b.decided into v_due, decided;
  if v_due then
    perform app.refuse('due');
  end if;
exception
  when check_violation or unique_violation then
    get stacked diagnostics rule = constraint_name;
end $$;

-- One change of a booking that stands, or the name of the rule that refused it.
create function app.try_change(
  b public.bookings, p_status text, p_void boolean, p_pay text, p_reason text, p_override_reason text, p_entitlement uuid,
  p_drop_in boolean, out rule text, out decided jsonb)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_due boolean;
begin
  perform app.lock_spender(p_pay, b.customer_id, b.client_id);
  if p_pay in ('card', 'cash', 'later', 'credit') and not p_drop_in
     and app.is_covered(b.class_session_id, b.customer_id, b.client_id) then
    p_pay := null;
    p_reason := null;
  end if;
  update public.bookings x
     set booking_status = p_status,
         payment_status = case when p_void then 'void' else x.payment_status end,
         paid_by = coalesce(x.paid_by, p_pay, case when p_drop_in then 'later' end),
         membership_id = coalesce(x.membership_id, case when p_pay = 'membership' then p_entitlement end),
         package_id = coalesce(x.package_id, case when p_pay = 'package' then p_entitlement end),
         comp_reason = case when p_pay = 'comp' then p_reason else x.comp_reason end,
         cancel_reason = case when p_pay is null then p_reason else x.cancel_reason end,
         override_reason = coalesce(p_override_reason, x.override_reason)
   where x.organization_id = b.organization_id and x.id = b.id
  returning b.booking_status = 'waitlisted' and p_pay is null and x.paid_by is not distinct from 'later', x.decided into v_due, decided;
  if v_due then
    perform app.refuse('due');
  end if;
exception
  when check_violation or unique_violation then
    get stacked diagnostics rule = constraint_name;
end $$;

-- The booking that the person has in the session. One that was cancelled late is revived, and costs nothing again.
create function app.standing(p_session uuid, p_customer uuid, p_client uuid) returns public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
  v_booking public.bookings;
begin
  select b.* into v_booking from public.bookings b
   where b.organization_id = v_organization and b.class_session_id = p_session
     and (b.customer_id = p_customer or b.client_id = p_client)
     and (app.live(b.booking_status) or b.booking_status = 'late_cancelled')
   order by app.live(b.booking_status) desc, b.changed_at desc limit 1;
  return v_booking;
end $$;

-- Go on with a booking that stands: check in, or take the seat of one who waits or had cancelled late. Whoever waits and
-- whose turn it is not keeps waiting.
create function app.go_on(
  b public.bookings, p_status text, p_pay text, p_comp_reason text, p_override_reason text, p_entitlement uuid, p_drop_in boolean)
returns app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_seatless boolean := b.booking_status in ('waitlisted', 'late_cancelled');
  v_full boolean;
  v_rule text;
  v_decided jsonb;
  a app.answer;
begin
  if not v_seatless and (b.booking_status = 'attended' or p_status <> 'attended') then
    return app.answer_about('exists', null, b.id, null, null, null);
  end if;
  select t.rule, t.decided into v_rule, v_decided from app.try_change(
    b, p_status, false, case when b.booking_status = 'waitlisted' then p_pay end, p_comp_reason, p_override_reason, p_entitlement,
    p_drop_in and b.booking_status = 'waitlisted') t;
  v_full := v_rule in ('class_sessions_seats', 'booking_held_for_waitlist');
  a := app.answer_about(
    case when v_rule is null then case b.booking_status
           when 'waitlisted' then 'confirmed' when 'late_cancelled' then 'booked' else 'checked_in' end
         when v_full and b.booking_status = 'waitlisted' then 'exists'
         when v_full then 'full'
         when v_rule = 'due' then 'due'
         else 'refused' end,
    v_rule, b.id, null, null, null);
  a.before := case when v_rule is null then b.booking_status end;
  a.decided := coalesce(a.decided, v_decided);
  return a;
end $$;

-- What an id is of; a strange one is nobody's.
create function app.kind_of_entitlement(p_id uuid) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return case when exists (select from public.memberships m where m.organization_id = app.organization_id() and m.id = p_id)
              then 'membership' else 'package' end;
end $$;

-- Book; with p_arrive the next right thing for who stands at the desk: whoever is booked is checked in, and whoever
-- is not is booked and checked in where check-in is open.
create function app.book(
  p_id uuid, p_session uuid, p_kind text, p_person uuid, p_pay text, p_comp_reason text, p_override_reason text,
  p_waitlist boolean, p_arrive boolean default false, p_entitlement uuid default null, p_drop_in boolean default false)
returns setof app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_customer uuid := case when p_kind = 'lead' then p_person end;
  v_client uuid := case when p_kind = 'client' then p_person end;
  v_converted uuid;
  v_session public.class_sessions;
  v_standing public.bookings;
  v_status text := 'confirmed';
  v_pay text := case when p_entitlement is null then p_pay else app.kind_of_entitlement(p_entitlement) end;
  v_rule text;
  v_outcome text;
  v_decided jsonb;
  a app.answer;
begin
  if exists (select from public.bookings b where b.organization_id = v_organization and b.id = p_id) then
    return next app.answer_about('exists', null, p_id, null, null, null);
    return;
  end if;
  -- Locked first: a conversion under way is waited for, and its client found.
  perform app.lock_for_booking(p_session, v_customer, v_client);
  select c.id into v_converted from public.clients c
   where c.organization_id = v_organization and c.converted_from_lead_id = v_customer;
  if found then
    v_customer := null;
    v_client := v_converted;
  end if;
  if p_arrive then
    select s.* into v_session from public.class_sessions s where s.organization_id = v_organization and s.id = p_session;
    v_status := case when app.check_in_open(v_session) then 'attended' else 'confirmed' end;
  end if;
  v_standing := app.standing(p_session, v_customer, v_client);
  if v_standing.id is not null then
    return next app.go_on(
      v_standing, v_status, v_pay, p_comp_reason, p_override_reason, p_entitlement, coalesce(p_drop_in, false));
    return;
  end if;
  select t.rule, t.decided into v_rule, v_decided from app.try_booking(
    p_id, p_session, v_customer, v_client, v_status, v_pay, p_comp_reason, p_override_reason, p_entitlement,
    coalesce(p_drop_in, false)) t;
  if p_waitlist and v_rule in ('class_sessions_seats', 'booking_held_for_waitlist') then
    v_status := 'waitlisted';
    select t.rule into v_rule
      from app.try_booking(p_id, p_session, v_customer, v_client, v_status, null, null, p_override_reason, null, false) t;
  end if;
  v_outcome := case
    when v_rule is null and v_status = 'waitlisted' then 'waitlisted'
    when v_rule is null then 'booked'
    when v_rule in ('bookings_one_live_lead', 'bookings_one_live_client', 'bookings_pkey') then 'exists'
    when v_rule in ('class_sessions_seats', 'booking_held_for_waitlist') then 'full'
    when v_rule = 'due' then 'due'
    else 'refused' end;
  if v_outcome = 'exists' then
    v_standing := app.standing(p_session, v_customer, v_client);
  end if;
  a := app.answer_about(v_outcome, v_rule, coalesce(v_standing.id, p_id), p_session, v_customer, v_client);
  a.decided := coalesce(a.decided, v_decided);
  return next a;
end $$;

-- One action for several: an answer for each, and either all of it is done or nothing. The persons' rows are locked
-- in the order of their ids, whatever the order of the requests.
create function app.book_together(p_requests jsonb) returns setof app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c_most constant int := 20;
  v_requests jsonb[] := array(
    select r.request from jsonb_array_elements(p_requests) as r(request)
     order by (r.request ->> 'session_id')::uuid, (r.request ->> 'person_id')::uuid limit c_most);
  r jsonb;
  a app.answer;
  v_answers app.answer[] := '{}';
begin
  begin
    foreach r in array v_requests loop
      select x.* into a from app.book(
        (r ->> 'id')::uuid, (r ->> 'session_id')::uuid, r ->> 'kind', (r ->> 'person_id')::uuid, r ->> 'pay',
        r ->> 'comp_reason', r ->> 'override_reason', false, (r ->> 'arrive')::boolean, null, (r ->> 'drop_in')::boolean) x;
      v_answers := v_answers || a;
    end loop;
    if exists (select from unnest(v_answers) x where x.outcome not in ('booked', 'checked_in', 'confirmed', 'exists')) then
      perform app.refuse('together');
    end if;
  exception
    when check_violation then
      null; -- all of it is taken back; the answers say why
  end;
  return query select x.* from unnest(v_answers) x;
end $$;

-- A booking that is about to be changed, as it stands once nobody else can change it; nothing where there is none.
create function app.hold_booking(p_booking uuid) returns public.bookings
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  b public.bookings;
begin
  select x.* into b from public.bookings x where x.organization_id = v_organization and x.id = p_booking;
  if b.id is null then
    return b;
  end if;
  if not app.may_write() then
    raise insufficient_privilege using message = 'may not change a booking';
  end if;
  perform app.lock_for_booking(b.class_session_id, b.customer_id, b.client_id);
  select x.* into b from public.bookings x where x.organization_id = v_organization and x.id = p_booking;
  return b;
end $$;

-- Cancel: in time, or late, which the database decides; a manager may waive the lateness with a reason. Asking twice
-- answers the same.
create function app.cancel(p_booking uuid, p_reason text) returns setof app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  b public.bookings := app.hold_booking(p_booking);
  v_credit int := app.account_credit(b.organization_id, b.customer_id, b.client_id);
  v_rule text;
  a app.answer;
begin
  if b.id is null then
    return;
  end if;
  if b.booking_status not in ('cancelled', 'late_cancelled') then
    select t.rule into v_rule from app.try_change(b, 'cancelled', false, null, p_reason, null, null, false) t;
  end if;
  a := app.answer_about(case when v_rule is null then 'cancelled' else 'refused' end, v_rule, p_booking, null, null, null);
  a.before := b.booking_status;
  a.credit := app.account_credit(b.organization_id, b.customer_id, b.client_id) - v_credit;
  select coalesce(c.name, l.name) into a.promotes
    from public.tasks t
    join public.bookings p on p.organization_id = t.organization_id and p.id = t.booking_id
     and p.class_session_id = b.class_session_id
    left join public.clients c on c.organization_id = t.organization_id and c.id = t.client_id
    left join public.leads l on l.organization_id = t.organization_id and l.id = t.customer_id
   where t.organization_id = b.organization_id and t.kind = 'to_tell' and t.made_at = now() and v_rule is null limit 1;
  return next a;
end $$;

-- Take the last thing back: the booking itself, or what made it of p_before, and with it the sale of the package that
-- was made for it; both or neither. Asking twice answers the same.
create function app.take_back(p_booking uuid, p_before text default null, p_sale uuid default null) returns setof app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  b public.bookings := app.hold_booking(p_booking);
  v_rule text;
begin
  if b.id is null then
    return;
  end if;
  begin
    if b.booking_status <> coalesce(p_before, 'cancelled') or (p_before is null and b.payment_status <> 'void') then
      select t.rule into v_rule
        from app.try_change(b, coalesce(p_before, 'cancelled'), p_before is null, null, null, null, null, false) t;
    end if;
    if v_rule is null and p_sale is not null then
      perform app.take_back_sale('package', p_sale);
    end if;
  exception
    when check_violation then
      get stacked diagnostics v_rule = constraint_name;
  end;
  return next app.answer_about(case when v_rule is null then 'taken_back' else 'refused' end, v_rule, p_booking, null, null, null);
end $$;

-- A booking as it stands, with what was decided about paying when it was made.
create function app.booking(p_booking uuid) returns setof app.answer
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  if exists (select from public.bookings b where b.organization_id = v_organization and b.id = p_booking) then
    return next app.answer_about('exists', null, p_booking, null, null, null);
  end if;
end $$;
