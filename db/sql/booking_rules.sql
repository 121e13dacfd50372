-- What may be booked. The rules hold for a plain INSERT or UPDATE too; app.book only words them.
-- A refusal is a check_violation that carries the name of the rule as its constraint; an id that is not the
-- organization's is a foreign_key_violation, like one that does not exist.
-- These run with the rights of whoever writes, so that they see, and can betray, nothing of another organization.
-- Time is the clock's and not the transaction's: one that was opened early would book late, or jump the waitlist.

create function app.refuse(p_rule text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise check_violation using constraint = p_rule, message = p_rule, table = 'bookings', schema = 'public';
end $$;

create function app.not_found(p_rule text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise foreign_key_violation using constraint = p_rule, message = 'not found', table = 'bookings', schema = 'public';
end $$;

-- A reason, or NULL where nothing but space was typed.
create function app.reason(p_text text) returns text
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select nullif(regexp_replace(p_text, '^[[:space:]\u00a0]+|[[:space:]\u00a0]+$', '', 'g'), '')
$$;

-- A statement can change its settings from row to row, its policies look once: so each row is looked at again.
create function app.check_writer(p_organization uuid) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not app.is_keeper() and p_organization is distinct from app.writing_organization_id() then
    raise insufficient_privilege using message = 'not signed in to write here';
  end if;
end $$;

create function app.check_person(p_booking public.bookings) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_status text;
  v_blocked boolean;
  v_erased boolean;
begin
  if num_nonnulls(p_booking.customer_id, p_booking.client_id) <> 1 then
    perform app.refuse('check_customer_or_client_booking');
  end if;
  if p_booking.client_id is not null then
    select 'client', c.blocked_at is not null, c.erased_at is not null into v_status, v_blocked, v_erased
      from public.clients c where c.organization_id = p_booking.organization_id and c.id = p_booking.client_id;
  else
    select l.status, l.blocked_at is not null, l.erased_at is not null into v_status, v_blocked, v_erased
      from public.leads l where l.organization_id = p_booking.organization_id and l.id = p_booking.customer_id;
  end if;
  if v_status is null then
    perform app.not_found('bookings_person_fkey');
  elsif v_erased then
    perform app.refuse('booking_erased_person');
  elsif v_status = 'converted' then
    perform app.refuse('booking_converted_lead');
  elsif v_blocked and not (app.is_manager() and p_booking.override_reason is not null) then
    perform app.refuse('booking_blocked_person');
  end if;
end $$;

-- How long after a session's end it may still be booked and checked in to.
create function app.hours_after(p_organization uuid) returns interval
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select make_interval(hours => case when app.is_manager() then o.manager_hours_after else o.staff_hours_after end)
            from public.organizations o where o.id = p_organization);
end $$;

create function app.check_session(p_session public.class_sessions) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if p_session.status <> 'scheduled' then
    perform app.refuse('booking_session_not_scheduled');
  elsif p_session.ends_at + app.hours_after(p_session.organization_id) < clock_timestamp() then
    perform app.refuse('booking_session_over');
  end if;
end $$;

-- Any time on the session's day, and as long after it as it may be booked.
create function app.check_in_open(p_session public.class_sessions, p_zone text, p_after interval) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return p_session.status = 'scheduled'
     and date_trunc('day', p_session.starts_at at time zone p_zone) <= clock_timestamp() at time zone p_zone
     and clock_timestamp() <= p_session.ends_at + p_after;
end $$;

create function app.check_in_open(p_session public.class_sessions) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return app.check_in_open(
    p_session, (select o.timezone from public.organizations o where o.id = p_session.organization_id),
    app.hours_after(p_session.organization_id));
end $$;

create function app.check_in_opens(p_booking public.bookings, p_session public.class_sessions) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if p_booking.booking_status = 'attended' and not app.check_in_open(p_session) then
    perform app.refuse('booking_check_in_closed');
  end if;
end $$;

create function app.check_not_booked(p_booking public.bookings) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform from public.bookings b
    where b.organization_id = p_booking.organization_id and b.class_session_id = p_booking.class_session_id
      and (b.customer_id = p_booking.customer_id or b.client_id = p_booking.client_id)
      and b.booking_status in ('confirmed', 'waitlisted', 'attended', 'no_show');
  if found then
    raise unique_violation using message = 'booked already', table = 'bookings', schema = 'public',
      constraint = case when p_booking.client_id is null then 'bookings_one_live_lead' else 'bookings_one_live_client' end;
  end if;
end $$;

-- How many of the free seats the waitlist does not wait for.
create function app.free_seats(p_session public.class_sessions) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return p_session.capacity + p_session.extra_seats - p_session.booked_count - (
    select count(*) from public.bookings b
     where b.organization_id = p_session.organization_id and b.class_session_id = p_session.id
       and b.booking_status = 'waitlisted');
end $$;

create function app.check_seat(p_booking public.bookings, p_session public.class_sessions) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_full boolean := p_session.booked_count >= p_session.capacity + p_session.extra_seats;
  v_held boolean := app.free_seats(p_session) <= 0;
  v_override boolean := p_booking.override_reason is not null and app.is_manager();
begin
  if p_booking.booking_status = 'waitlisted' then
    if not v_full and not v_held then
      perform app.refuse('booking_waitlist_only_when_full');
    end if;
  elsif v_full and not v_override then
    perform app.refuse('class_sessions_seats');
  elsif v_held and not v_override then
    perform app.refuse('booking_held_for_waitlist');
  end if;
  return p_booking.booking_status <> 'waitlisted' and v_full;
end $$;

-- Stamp who changed it last, where and when.
create function app.stamp_change(p_booking public.bookings) returns public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  p_booking.changed_at := clock_timestamp();
  p_booking.changed_by := app.user_id();
  p_booking.changed_desk_id := app.desk_id();
  return p_booking;
end $$;

-- Stamp what the writer may not choose: price, who, where and when; what pays is decided after it.
create function app.stamp_booking(p_booking public.bookings, p_session public.class_sessions) returns public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  select p.drop_in_price, o.currency into p_booking.price, p_booking.currency
    from public.programs p join public.organizations o on o.id = p.organization_id
   where p.organization_id = p_session.organization_id and p.id = p_session.program_id;
  p_booking := app.stamp_change(p_booking);
  p_booking.recorded_at := p_booking.changed_at;
  p_booking.happened_at := least(p_booking.happened_at, p_booking.recorded_at);
  p_booking.arrived_at := case when p_booking.booking_status = 'attended' then p_booking.happened_at end;
  p_booking.booked_by := p_booking.changed_by;
  p_booking.desk_id := p_booking.changed_desk_id;
  return p_booking;
end $$;

create function app.booking_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_session public.class_sessions;
begin
  perform app.check_writer(new.organization_id);
  if new.booking_status not in ('confirmed', 'waitlisted', 'attended') then
    perform app.refuse('booking_status_on_insert');
  end if;
  new.override_reason := app.reason(new.override_reason);
  perform app.lock_for_booking(new.class_session_id, new.customer_id, new.client_id);
  select s.* into v_session from public.class_sessions s
   where s.organization_id = new.organization_id and s.id = new.class_session_id;
  if not found then
    perform app.not_found('bookings_class_session_fkey');
  end if;
  perform app.check_person(new);
  perform app.check_session(v_session);
  perform app.check_in_opens(new, v_session);
  perform app.check_not_booked(new);
  if new.override_reason is not null and not app.is_manager() then
    perform app.refuse('booking_override_rank');
  end if;
  new.over_capacity := app.check_seat(new, v_session);
  return app.stamp_booking(new, v_session);
end $$;

create trigger a_booking_rules before insert on public.bookings
  for each row execute function app.booking_rules();

