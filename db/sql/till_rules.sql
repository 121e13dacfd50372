-- What may be done with a desk's drawer of cash. The rules hold for a plain INSERT or UPDATE too.
-- Whoever puts money into a drawer holds it FOR SHARE until they commit, so that its count waits for them: what is
-- counted is never followed by anything, and a counted drawer never changes, whoever writes.

create function app.in_drawer(p_drawer public.drawers) returns int
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return p_drawer.float_amount + (
    select coalesce(sum(p.amount), 0) from public.payments p
     where p.organization_id = p_drawer.organization_id and p.drawer_id = p_drawer.id) + (
    select coalesce(sum(m.amount), 0) from public.drawer_movements m
     where m.organization_id = p_drawer.organization_id and m.drawer_id = p_drawer.id);
end $$;

create function app.check_own_desk(p_desk uuid) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if not app.is_keeper() and p_desk is distinct from app.desk_id() then
    perform app.refuse('drawer_elsewhere');
  end if;
end $$;

-- The drawer that is written into: not counted, and held against its count until the end of the transaction.
create function app.hold_drawer(p_organization uuid, p_drawer uuid) returns public.drawers
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_drawer public.drawers;
begin
  perform app.check_writer(p_organization);
  select d.* into v_drawer from public.drawers d where d.organization_id = p_organization and d.id = p_drawer for share;
  if not found then
    perform app.not_found('drawers_pkey');
  elsif v_drawer.counted_at is not null then
    perform app.refuse('drawer_counted');
  end if;
  return v_drawer;
end $$;

create function app.new_drawer_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(new.organization_id);
  new.desk_id := app.desk_id();
  if new.desk_id is null then
    perform app.refuse('drawer_no_desk');
  end if;
  select o.currency into new.currency from public.organizations o where o.id = new.organization_id;
  new.opened_at := clock_timestamp();
  new.opened_by := app.user_id();
  return new;
end $$;

create trigger a_new_drawer_rules before insert on public.drawers
  for each row execute function app.new_drawer_rules();

-- The one change of a drawer is its count. What it comes to, and what was expected, is worked out here; a manager
-- counts the drawer of a desk that is gone, too.
create function app.count_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if old.counted_at is not null then
    perform app.refuse('drawer_counted');
  end if;
  if not app.is_keeper() then
    perform app.check_writer(old.organization_id);
    if not app.is_manager() then
      perform app.check_own_desk(old.desk_id);
    end if;
    if new.counted_at is null then
      return old;
    end if;
    new.counted_at := clock_timestamp();
    new.counted_by := app.user_id();
  end if;
  if new.counted_at is not null then
    new.counted_amount := (
      select coalesce(sum(c.denomination::bigint * c.pieces), 0) from public.drawer_counts c
       where c.organization_id = old.organization_id and c.drawer_id = old.id);
    new.expected_amount := app.in_drawer(new);
    new.note := app.reason(new.note);
    if new.counted_amount <> new.expected_amount and new.note is null then
      perform app.refuse('drawer_note');
    end if;
  end if;
  return new;
end $$;

create trigger a_count_rules before update on public.drawers
  for each row execute function app.count_rules();

create function app.movement_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_drawer public.drawers := app.hold_drawer(new.organization_id, new.drawer_id);
begin
  perform app.check_own_desk(v_drawer.desk_id);
  if not app.is_keeper() then
    new.made_at := clock_timestamp();
    new.made_by := app.user_id();
  end if;
  new.reason := app.reason(new.reason);
  if new.reason is null then
    perform app.refuse('drawer_reason');
  end if;
  return new;
end $$;

create trigger a_movement_rules before insert on public.drawer_movements
  for each row execute function app.movement_rules();

-- Pieces can be counted again until the drawer is.
create function app.piece_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_drawer public.drawers := app.hold_drawer(new.organization_id, new.drawer_id);
begin
  if not app.is_manager() then
    perform app.check_own_desk(v_drawer.desk_id);
  end if;
  if tg_op = 'UPDATE' and (new.id, new.drawer_id, new.denomination) is distinct from (old.id, old.drawer_id, old.denomination) then
    perform app.refuse('drawer_counted');
  end if;
  return new;
end $$;

create trigger a_piece_rules before insert or update on public.drawer_counts
  for each row execute function app.piece_rules();

-- Cash goes into, or comes out of, the drawer that is open at the desk; into none where none is open. Looked for
-- twice: the one that was found may have been counted, and another one opened, while this waited for it.
create function app.stamp_drawer() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  new.drawer_id := null;
  if new.method = 'cash' and new.desk_id is not null then
    for v_time in 1..2 loop
      select d.id into new.drawer_id from public.drawers d
       where d.organization_id = new.organization_id and d.desk_id = new.desk_id and d.counted_at is null
         and d.currency = new.currency
         for share;
      exit when found;
    end loop;
  end if;
  return new;
end $$;

create trigger a_stamp_drawer before insert on public.payments
  for each row execute function app.stamp_drawer();

-- Counting a drawer hands the desk over: what waits for somebody then is kept for whoever comes next. Who waits for a
-- class of any day, and may not pay, goes on standing under what the desk needs.
create function app.hand_over() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_handover uuid := gen_random_uuid();
begin
  if app.organization_id() is distinct from new.organization_id then
    return null; -- nobody is signed in who could hand over
  end if;
  insert into public.handovers (organization_id, id, desk_id, drawer_id, made_by)
  values (new.organization_id, v_handover, new.desk_id, new.id, new.counted_by);
  insert into public.handover_needs
    (organization_id, handover_id, place, need, customer_id, client_id, class_session_id, seats, owes)
  select new.organization_id, v_handover, n.ordinality, n.need, case when n.kind = 'lead' then n.person_id end,
         case when n.kind = 'client' then n.person_id end, n.session_id, n.seats, n.owes
    from app.needs_you() with ordinality n
   where n.need in ('to_tell', 'seat_held', 'owes', 'no_waiver');
  return null;
end $$;

create trigger b_hand_over after update on public.drawers
  for each row when (old.counted_at is null and new.counted_at is not null) execute function app.hand_over();

-- Who took it over and when is the database's to say; what is accepted stays accepted.
create function app.handover_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(old.organization_id);
  perform app.check_own_desk(old.desk_id);
  if old.accepted_at is not null or new.accepted_at is null then
    return old;
  end if;
  new.accepted_at := clock_timestamp();
  new.accepted_by := app.user_id();
  return new;
end $$;

create trigger a_handover_rules before update on public.handovers
  for each row execute function app.handover_rules();
