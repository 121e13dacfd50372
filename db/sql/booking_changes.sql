-- What staff may make of a booking that stands: check in, confirm a place in line, cancel, and take each of these back.
-- The status that is written says what is meant; cancelling with payment_status void takes the booking itself back.

create function app.change_of(p_old public.bookings, p_new public.bookings) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  v_from text := p_old.booking_status;
  v_to text := p_new.booking_status;
begin
  if p_old.payment_status = 'void' then
    return null;
  elsif v_to = 'cancelled' and p_new.payment_status = 'void' then
    return case when v_from in ('confirmed', 'waitlisted', 'attended') then 'take_back' end;
  elsif p_new.payment_status <> p_old.payment_status then
    return null;
  end if;
  return case
    when v_to = 'attended' and v_from in ('confirmed', 'no_show') then 'check_in'
    when v_to in ('confirmed', 'attended') and v_from in ('waitlisted', 'late_cancelled') then 'take_seat'
    when v_to in ('cancelled', 'late_cancelled') and v_from in ('confirmed', 'waitlisted') then 'cancel'
    when v_to in ('confirmed', 'no_show') and v_from = 'attended' then 'undo_check_in'
    when p_old.changed_at > p_old.recorded_at and (v_from, v_to) in (
      ('confirmed', 'waitlisted'), ('attended', 'waitlisted'), ('attended', 'late_cancelled')) then 'undo_seat'
    when v_to in ('confirmed', 'waitlisted') and v_from = 'cancelled' then 'undo_cancel' end;
end $$;

-- Within minutes at the same desk, a manager within a day. Without a desk it is whoever did it.
create function app.check_undo(p_organization uuid, p_at timestamptz, p_by uuid, p_desk uuid) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization public.organizations;
  v_age interval := clock_timestamp() - p_at;
begin
  select o.* into v_organization from public.organizations o where o.id = p_organization;
  if app.is_manager() then
    if v_age > make_interval(mins => v_organization.manager_undo_minutes) then
      perform app.refuse('booking_undo_over');
    end if;
  elsif v_age > make_interval(mins => v_organization.undo_minutes) then
    perform app.refuse('booking_undo_over');
  elsif app.desk_id() is distinct from p_desk or (p_desk is null and app.user_id() is distinct from p_by) then
    perform app.refuse('booking_undo_elsewhere');
  end if;
end $$;

-- Whether a cancelling now is late: neither the hours before that were agreed, nor just after it was booked.
create function app.cancels_late(p_booking public.bookings, p_session public.class_sessions) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select p_booking.booking_status = 'confirmed'
             and clock_timestamp() > p_session.starts_at - make_interval(hours => o.cancel_hours)
             and clock_timestamp() > p_booking.recorded_at + make_interval(mins => o.cancel_grace_minutes)
            from public.organizations o where o.id = p_booking.organization_id);
end $$;

create function app.check_cancel(p_old public.bookings, p_new public.bookings, p_session public.class_sessions)
returns public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if clock_timestamp() > p_session.ends_at then
    perform app.refuse('booking_cancel_over');
  end if;
  p_new.cancel_reason := app.reason(p_new.cancel_reason);
  if p_new.cancel_reason is not null and not app.is_manager() then
    perform app.refuse('booking_override_rank');
  end if;
  p_new.booking_status := case
    when app.cancels_late(p_old, p_session) and p_new.cancel_reason is null then 'late_cancelled' else 'cancelled' end;
  p_new.cancelled_at := clock_timestamp();
  return p_new;
end $$;

-- Who waits takes a free seat only in their turn; whoever cancelled late has no place in line.
create function app.check_turn(p_old public.bookings, p_new public.bookings, p_session public.class_sessions)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_free int := p_session.capacity + p_session.extra_seats - p_session.booked_count;
  v_ahead int := 0;
begin
  if p_old.booking_status <> 'waitlisted' or p_new.override_reason is not null then
    return app.check_seat(p_new, p_session);
  end if;
  select count(*) into v_ahead from public.bookings b
   where b.organization_id = p_old.organization_id and b.class_session_id = p_old.class_session_id
     and b.booking_status = 'waitlisted' and (b.recorded_at, b.id) < (p_old.recorded_at, p_old.id);
  if v_free <= 0 then
    perform app.refuse('class_sessions_seats');
  elsif v_free <= v_ahead then
    perform app.refuse('booking_held_for_waitlist');
  end if;
  return false;
end $$;

-- A seat taken after all: the rules of booking.
create function app.check_seat_taken(p_old public.bookings, p_new public.bookings, p_session public.class_sessions)
returns public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform app.check_person(p_new);
  perform app.check_session(p_session);
  perform app.check_in_opens(p_new, p_session);
  p_new.over_capacity := app.check_turn(p_old, p_new, p_session);
  p_new.cancelled_at := null;
  return p_new;
end $$;

create function app.apply_change(
  p_change text, p_old public.bookings, p_new public.bookings, p_session public.class_sessions) returns public.bookings
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if p_new.override_reason is distinct from p_old.override_reason and not app.is_manager() then
    perform app.refuse('booking_override_rank');
  end if;
  case p_change
    when 'take_back' then
      perform app.check_undo(p_old.organization_id, p_old.recorded_at, p_old.booked_by, p_old.desk_id);
      p_new.cancelled_at := clock_timestamp();
    when 'check_in' then
      perform app.check_person(p_new);
      perform app.check_session(p_session);
      perform app.check_in_opens(p_new, p_session);
    when 'take_seat' then
      p_new := app.check_seat_taken(p_old, p_new, p_session);
    when 'cancel' then
      p_new := app.check_cancel(p_old, p_new, p_session);
    else
      perform app.check_undo(p_old.organization_id, p_old.changed_at, p_old.changed_by, p_old.changed_desk_id);
      if p_change = 'undo_seat' and p_new.booking_status <> 'waitlisted' then
        p_new.cancelled_at := clock_timestamp();
      elsif p_change = 'undo_cancel' then
        p_new.cancel_reason := null;
        if p_new.booking_status = 'confirmed' then
          p_new := app.check_seat_taken(p_old, p_new, p_session);
        end if;
        p_new.cancelled_at := null;
      end if;
  end case;
  p_new.arrived_at := case when p_new.booking_status = 'attended' then coalesce(p_old.arrived_at, clock_timestamp()) end;
  return app.stamp_change(p_new);
end $$;

create function app.booking_change_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_session public.class_sessions;
  v_change text := app.change_of(old, new);
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(old.organization_id);
  if v_change is null then
    if old.booking_status = 'attended' and new.booking_status in ('cancelled', 'late_cancelled') and old.payment_status <> 'void' then
      perform app.refuse('booking_cancel_here');
    elsif new is distinct from old then
      perform app.refuse('booking_transition');
    end if;
    return new;
  end if;
  if (v_change not in ('take_seat', 'undo_cancel')
      and (new.paid_by, new.comp_reason, new.membership_id, new.package_id) is distinct from
          (old.paid_by, old.comp_reason, old.membership_id, old.package_id))
     or (v_change <> 'cancel' and new.cancel_reason is distinct from old.cancel_reason) then
    perform app.refuse('booking_transition');
  end if;
  new.override_reason := coalesce(app.reason(new.override_reason), old.override_reason);
  perform app.lock_for_booking(old.class_session_id, old.customer_id, old.client_id);
  select s.* into v_session from public.class_sessions s
   where s.organization_id = old.organization_id and s.id = old.class_session_id;
  return app.apply_change(v_change, old, new, v_session);
end $$;

create trigger a_booking_change_rules
  before update of booking_status, payment_status, paid_by, comp_reason, override_reason, cancel_reason, membership_id, package_id
  on public.bookings
  for each row execute function app.booking_change_rules();
