-- Booking and taking back, as one call each; what comes back is one answer that a desk can put into words.

create type app.answer as (
  outcome text, rule text, booking_id uuid, session_id uuid, kind text, person_id uuid, person_name text,
  booking_status text, payment_status text, paid_by text, price int, currency text, seat int, seats int,
  place int, ahead text[], "overlaps" text, recorded_at timestamptz);

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
  a.recorded_at := b.recorded_at;
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
  a."overlaps" := app.overlap(a.session_id, coalesce(b.customer_id, p_customer), coalesce(b.client_id, p_client));
  return a;
end $$;

-- One try: the row, or the name of the rule that refused it. Nothing of a refused try stays.
create function app.try_booking(
  p_id uuid, p_session uuid, p_customer uuid, p_client uuid, p_status text, p_pay text, p_comp_reason text,
  p_override_reason text) returns text
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_rule text;
  v_due boolean;
begin
  insert into public.bookings
    (organization_id, id, class_session_id, customer_id, client_id, booking_status, paid_by, comp_reason, override_reason)
  values (app.organization_id(), p_id, p_session, p_customer, p_client, p_status, p_pay, p_comp_reason, p_override_reason)
  returning p_pay is null and p_status = 'confirmed' and price > 0 into v_due;
  if v_due then
    perform app.refuse('due');
  end if;
  return null;
exception
  when check_violation or unique_violation then
    get stacked diagnostics v_rule = constraint_name;
    return v_rule;
end $$;

create function app.book(
  p_id uuid, p_session uuid, p_kind text, p_person uuid, p_pay text, p_comp_reason text, p_override_reason text,
  p_waitlist boolean) returns setof app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_customer uuid := case when p_kind = 'lead' then p_person end;
  v_client uuid := case when p_kind = 'client' then p_person end;
  v_converted uuid;
  v_status text := 'confirmed';
  v_rule text;
  v_outcome text;
  v_booking uuid := p_id;
begin
  if exists (select from public.bookings b where b.organization_id = v_organization and b.id = p_id) then
    return next app.answer_about('exists', null, p_id, null, null, null);
    return;
  end if;
  if v_customer is not null then
    -- Locked first: a conversion under way is waited for, and its client found.
    perform app.lock_for_booking(p_session, v_customer, null);
  end if;
  select c.id into v_converted from public.clients c
   where c.organization_id = v_organization and c.converted_from_lead_id = v_customer;
  if found then
    v_customer := null;
    v_client := v_converted;
  end if;
  v_rule := app.try_booking(p_id, p_session, v_customer, v_client, v_status, p_pay, p_comp_reason, p_override_reason);
  if p_waitlist and v_rule in ('class_sessions_seats', 'booking_held_for_waitlist') then
    v_status := 'waitlisted';
    v_rule := app.try_booking(p_id, p_session, v_customer, v_client, v_status, null, null, p_override_reason);
  end if;
  v_outcome := case
    when v_rule is null and v_status = 'confirmed' then 'booked'
    when v_rule is null then 'waitlisted'
    when v_rule in ('bookings_one_live_lead', 'bookings_one_live_client', 'bookings_pkey') then 'exists'
    when v_rule in ('class_sessions_seats', 'booking_held_for_waitlist') then 'full'
    when v_rule = 'due' then 'due'
    else 'refused' end;
  if v_outcome = 'exists' and v_rule <> 'bookings_pkey' then
    select b.id into v_booking from public.bookings b
     where b.organization_id = v_organization and b.class_session_id = p_session
       and (b.customer_id = v_customer or b.client_id = v_client) and app.live(b.booking_status);
  end if;
  return next app.answer_about(v_outcome, v_rule, v_booking, p_session, v_customer, v_client);
end $$;

-- Take a booking back; asking twice answers the same.
create function app.take_back(p_booking uuid) returns setof app.answer
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_rule text;
  b public.bookings;
begin
  select x.* into b from public.bookings x where x.organization_id = v_organization and x.id = p_booking;
  if not found then
    return;
  end if;
  if not app.may_write() then
    raise insufficient_privilege using message = 'may not take back';
  end if;
  perform app.lock_for_booking(b.class_session_id, b.customer_id, b.client_id);
  begin
    update public.bookings x set booking_status = 'cancelled'
     where x.organization_id = v_organization and x.id = p_booking
       and not (x.booking_status = 'cancelled' and x.payment_status = 'void');
  exception
    when check_violation then
      get stacked diagnostics v_rule = constraint_name;
  end;
  return next app.answer_about(case when v_rule is null then 'taken_back' else 'refused' end, v_rule, p_booking, null, null, null);
end $$;
