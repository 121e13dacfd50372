-- Seats are counted by the database in the transaction that takes them, whoever writes.

-- Locks in the one order: class session, then person. Staff may not update either row, so a definer does it;
-- FOR NO KEY UPDATE, since foreign keys hold KEY SHARE on the session. Who may not book locks nothing.
create function app.lock_for_booking(p_session uuid, p_customer uuid, p_client uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.writing_organization_id();
begin
  perform from public.class_sessions s where s.organization_id = v_organization and s.id = p_session for no key update;
  perform from public.leads l where l.organization_id = v_organization and l.id = p_customer for key share;
  perform from public.clients c where c.organization_id = v_organization and c.id = p_client for key share;
end $$;

create function app.holds_seat(p_status text) returns int
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select case when p_status in ('confirmed', 'attended', 'no_show') then 1 else 0 end
$$;

-- One seat more or less; the CHECK refuses the one that is not there. A seat over capacity brings its own extra one;
-- a freed seat takes an extra one away before it is anybody's.
create function app.move_seats(p_organization uuid, p_session uuid, p_by int, p_extra int) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update public.class_sessions s
     set booked_count = s.booked_count + p_by,
         extra_seats = case when p_by > 0 then s.extra_seats + p_extra
                            else least(s.extra_seats, greatest(s.booked_count + p_by - s.capacity, 0)) end
   where s.organization_id = p_organization and s.id = p_session;
end $$;

create function app.count_seats() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_before int := 0;
  v_after int := 0;
  v_extra int := 0;
begin
  if tg_op <> 'INSERT' then
    v_before := app.holds_seat(old.booking_status);
  end if;
  if tg_op <> 'DELETE' then
    v_after := app.holds_seat(new.booking_status);
    v_extra := new.over_capacity::int;
  end if;
  if tg_op = 'UPDATE' and (old.organization_id, old.class_session_id) = (new.organization_id, new.class_session_id) then
    if v_after <> v_before then
      perform app.move_seats(new.organization_id, new.class_session_id, v_after - v_before, v_extra);
    end if;
    return null;
  end if;
  if v_before > 0 then
    perform app.move_seats(old.organization_id, old.class_session_id, -1, 0);
  end if;
  if v_after > 0 then
    perform app.move_seats(new.organization_id, new.class_session_id, 1, v_extra);
  end if;
  return null;
end $$;

create trigger a_count_seats after insert or delete or update of booking_status, class_session_id, organization_id
  on public.bookings for each row execute function app.count_seats();

-- A freed seat goes to the first in line who may be booked, until an hour before the start; then the desk decides.
-- Whose turn it is and who wants to be asked first gets it by a confirmation at the desk. Whoever had something that
-- would pay and has nothing any more keeps waiting: nobody is promoted into a debt that they did not expect.
create function app.promote() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_next public.bookings;
begin
  if app.holds_seat(old.booking_status) = 0 or app.holds_seat(new.booking_status) = 1 then
    return null;
  end if;
  perform from public.class_sessions s
     join public.organizations o on o.id = s.organization_id
    where s.organization_id = new.organization_id and s.id = new.class_session_id and s.status = 'scheduled'
      and s.booked_count < s.capacity + s.extra_seats
      and s.starts_at - make_interval(mins => o.promote_until_minutes) > clock_timestamp();
  if not found then
    return null;
  end if;
  for v_next in
    select b.* from public.bookings b
     where b.organization_id = new.organization_id and b.class_session_id = new.class_session_id
       and b.booking_status = 'waitlisted'
       and not exists (select from public.leads l where l.organization_id = b.organization_id and l.id = b.customer_id
                          and (l.blocked_at is not null or l.erased_at is not null))
       and not exists (select from public.clients c where c.organization_id = b.organization_id and c.id = b.client_id
                          and (c.blocked_at is not null or c.erased_at is not null))
     order by b.recorded_at, b.id for update skip locked
  loop
    -- Locked first: what another desk is about to spend pays for nobody here.
    perform app.lock_entitlements(v_next);
    continue when app.lost_payer(v_next);
    if not v_next.ask_first then
      update public.bookings b
         set booking_status = 'confirmed', changed_at = clock_timestamp(), changed_by = null, changed_desk_id = null
       where b.organization_id = v_next.organization_id and b.id = v_next.id;
      insert into public.tasks (organization_id, kind, customer_id, client_id, booking_id)
      values (v_next.organization_id, 'to_tell', v_next.customer_id, v_next.client_id, v_next.id);
    end if;
    return null;
  end loop;
  return null;
end $$;

create trigger b_promote after update of booking_status on public.bookings
  for each row execute function app.promote();
