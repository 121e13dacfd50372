-- Who did what, written by triggers, append-only. Personal values stand in a row beside the entry, which can be
-- erased; the entry holds their salted digest.

create function app.personal(p_row jsonb, p_personal text[]) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select jsonb_object_agg(k, v) from jsonb_each(p_row) as e(k, v) where k = any (p_personal) and v <> 'null'
$$;

-- The row with the digests of its personal values in their places.
create function app.impersonal(p_row jsonb, p_personal jsonb, p_salt uuid) returns jsonb
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select p_row || coalesce(jsonb_object_agg(
      k, encode(sha256(uuid_send(p_salt) || convert_to(v::text, 'UTF8')), 'hex')), '{}')
    from jsonb_each(p_personal) as e(k, v)
$$;

-- The arguments of the trigger are the table's personal columns. It fires at the end of the statement, which can have
-- changed its settings meanwhile: what a desk wrote and would not answer for is refused.
create function app.audit() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_row jsonb := coalesce(v_new, v_old);
  v_organization uuid := coalesce(v_row ->> 'organization_id', v_row ->> 'id');
  v_before jsonb := app.personal(v_old, tg_argv);
  v_after jsonb := app.personal(v_new, tg_argv);
  v_id uuid := gen_random_uuid();
  v_salt uuid := gen_random_uuid();
begin
  if v_old = v_new then
    return null;
  end if;
  if session_user = 'frontdesk_app' and v_organization is distinct from app.organization_id() then
    raise insufficient_privilege using message = 'not signed in to write here';
  end if;
  insert into public.audit_log
    (organization_id, id, user_id, desk_id, command, table_name, row_id, action, before, after)
  values (v_organization, v_id, app.user_id(), app.desk_id(), left(nullif(current_setting('app.command', true), ''), 60),
          tg_table_name, (coalesce(v_row ->> 'id', v_row ->> 'user_id'))::uuid, lower(tg_op),
          app.impersonal(v_old, v_before, v_salt), app.impersonal(v_new, v_after, v_salt));
  if coalesce(v_before, v_after) is not null then
    insert into public.audit_personal (organization_id, audit_id, salt, before, after)
    values (v_organization, v_id, v_salt, v_before, v_after);
  end if;
  return null;
end $$;

-- The same for all the rows that one statement adds, where files add thousands: who it is, is asked once.
create function app.audit_added() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_user uuid := app.user_id();
  v_desk uuid := app.desk_id();
  v_command text := left(nullif(current_setting('app.command', true), ''), 60);
  v_organization uuid := app.organization_id();
begin
  if session_user = 'frontdesk_app'
     and exists (select from added a where a.organization_id is distinct from v_organization) then
    raise insufficient_privilege using message = 'not signed in to write here';
  end if;
  with entries as materialized (
    select gen_random_uuid() as id, gen_random_uuid() as salt, r.row, app.personal(r.row, tg_argv) as personal
      from (select to_jsonb(a) as row from added a) r),
  logged as (
    insert into public.audit_log
      (organization_id, id, user_id, desk_id, command, table_name, row_id, action, after)
    select (e.row ->> 'organization_id')::uuid, e.id, v_user, v_desk, v_command, tg_table_name, (e.row ->> 'id')::uuid,
           'insert', app.impersonal(e.row, e.personal, e.salt)
      from entries e)
  insert into public.audit_personal (organization_id, audit_id, salt, after)
  select (e.row ->> 'organization_id')::uuid, e.id, e.salt, e.personal from entries e where e.personal is not null;
  return null;
end $$;

create trigger z_audit after insert or update or delete on public.organizations
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.user_organizations
  for each row execute function app.audit();
create trigger z_audit after update or delete on public.leads
  for each row execute function app.audit('name', 'email', 'phone', 'birth_date', 'barcode', 'emergency_contact', 'waiver_signed_by', 'blocked_reason');
create trigger z_audit_added after insert on public.leads referencing new table as added
  for each statement execute function app.audit_added('name', 'email', 'phone', 'birth_date', 'barcode', 'emergency_contact', 'waiver_signed_by', 'blocked_reason');
create trigger z_audit after update or delete on public.clients
  for each row execute function app.audit('name', 'email', 'phone', 'birth_date', 'barcode', 'emergency_contact', 'waiver_signed_by', 'blocked_reason');
create trigger z_audit_added after insert on public.clients referencing new table as added
  for each statement execute function app.audit_added('name', 'email', 'phone', 'birth_date', 'barcode', 'emergency_contact', 'waiver_signed_by', 'blocked_reason');
create trigger z_audit after insert or update or delete on public.programs
  for each row execute function app.audit();
create trigger z_audit after insert or delete or update of program_id, room_id, starts_at, ends_at, capacity, extra_seats, status, handed_in_at
  on public.class_sessions for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.bookings
  for each row execute function app.audit('comp_reason', 'override_reason', 'cancel_reason');
create trigger z_audit after insert or update or delete on public.payments
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.tasks
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.membership_plans
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.package_products
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.covered_programs
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.memberships
  for each row execute function app.audit('cancel_reason');
create trigger z_audit after insert or update or delete on public.packages
  for each row execute function app.audit('cancel_reason');
create trigger z_audit after insert or update or delete on public.entitlement_holds
  for each row execute function app.audit('reason');
create trigger z_audit after insert or update or delete on public.entitlement_ledger
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.collections
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.credit_refunds
  for each row execute function app.audit('reason');
create trigger z_audit after insert or update or delete on public.cards_on_file
  for each row execute function app.audit('last_four');
create trigger z_audit after insert or update or delete on public.drawers
  for each row execute function app.audit('note');
create trigger z_audit after insert or update or delete on public.drawer_movements
  for each row execute function app.audit('reason');
create trigger z_audit after insert or update or delete on public.drawer_counts
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.handovers
  for each row execute function app.audit();
create trigger z_audit after insert or update or delete on public.handover_needs
  for each row execute function app.audit();
create trigger z_audit after update or delete on public.families
  for each row execute function app.audit();
create trigger z_audit_added after insert on public.families referencing new table as added
  for each statement execute function app.audit_added();
create trigger z_audit after update or delete on public.family_members
  for each row execute function app.audit();
create trigger z_audit_added after insert on public.family_members referencing new table as added
  for each statement execute function app.audit_added();
create trigger z_audit after update or delete on public.notes
  for each row execute function app.audit('text');
create trigger z_audit_added after insert on public.notes referencing new table as added
  for each statement execute function app.audit_added('text');
create trigger z_audit after update or delete on public.external_ids
  for each row execute function app.audit('external_id');
create trigger z_audit_added after insert on public.external_ids referencing new table as added
  for each statement execute function app.audit_added('external_id');

create function app.append_only() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  raise insufficient_privilege using message = tg_table_name || ' is append-only';
end $$;

create trigger append_only before update or delete or truncate on public.audit_log
  for each statement execute function app.append_only();
-- What was personal can be erased, but never rewritten.
create trigger append_only before update or truncate on public.audit_personal
  for each statement execute function app.append_only();
create trigger append_only before update or delete or truncate on public.payments
  for each statement execute function app.append_only();
create trigger append_only before update or delete or truncate on public.entitlement_ledger
  for each statement execute function app.append_only();
create trigger append_only before update or delete or truncate on public.drawer_movements
  for each statement execute function app.append_only();
create trigger append_only before update or delete or truncate on public.credit_refunds
  for each statement execute function app.append_only();
create trigger append_only before delete or truncate on public.collections
  for each statement execute function app.append_only();
-- What is changed of these until they are counted or accepted, their rules say.
create trigger append_only before delete or truncate on public.drawers
  for each statement execute function app.append_only();
create trigger append_only before delete or truncate on public.drawer_counts
  for each statement execute function app.append_only();
create trigger append_only before delete or truncate on public.handovers
  for each statement execute function app.append_only();
create trigger append_only before delete or truncate on public.handover_needs
  for each statement execute function app.append_only();
