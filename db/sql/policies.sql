-- Every table is under row-level security, forced on its owner too; each policy names its role and checks every write.

do $$
declare
  v_table regclass;
begin
  for v_table in
    select c.oid::regclass from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relowner = 'frontdesk_owner'::regrole
       and c.relname <> 'alembic_version'
  loop
    execute format('alter table %s enable row level security', v_table);
    execute format('alter table %s force row level security', v_table);
  end loop;
end $$;

-- The definer functions look for themselves at what they may show or change.
do $$
declare
  v_table text;
begin
  foreach v_table in array array['organizations', 'users', 'user_organizations', 'desks', 'sign_ins', 'sign_in_challenges',
    'tokens', 'secrets', 'leads', 'clients', 'search_documents', 'class_sessions', 'bookings', 'payments', 'tasks',
    'audit_log', 'audit_personal', 'family_members', 'notes', 'quarantine', 'refusals', 'programs', 'membership_plans',
    'package_products', 'covered_programs', 'memberships', 'packages', 'entitlement_holds', 'entitlement_ledger',
    'drawers', 'handovers', 'handover_needs', 'collections', 'credit_refunds']
  loop
    execute format('create policy definer_all on public.%I to frontdesk_definer using (true) with check (true)', v_table);
  end loop;
end $$;

-- Staff of any rank read what is their organization's.
do $$
declare
  v_table text;
begin
  foreach v_table in array array['user_organizations', 'desks', 'leads', 'clients', 'programs', 'rooms', 'instructors',
    'class_sessions', 'session_instructors', 'bookings', 'payments', 'tasks', 'families', 'family_members', 'notes',
    'external_ids', 'membership_plans', 'package_products', 'covered_programs', 'memberships', 'packages',
    'entitlement_holds', 'entitlement_ledger', 'drawers', 'drawer_movements', 'drawer_counts', 'handovers', 'handover_needs',
    'collections', 'credit_refunds', 'cards_on_file']
  loop
    execute format('create policy staff_read on public.%I for select to frontdesk_staff
                    using (organization_id = (select app.organization_id()))', v_table);
  end loop;
end $$;

create policy staff_read on public.organizations for select to frontdesk_staff
  using (id = (select app.organization_id()));

create policy manager_read on public.audit_log for select to frontdesk_staff
  using (organization_id = (select app.managing_organization_id()));
create policy manager_read on public.audit_personal for select to frontdesk_staff
  using (organization_id = (select app.managing_organization_id()));
-- A row that no organization owns is for whoever runs the database.
create policy manager_read on public.quarantine for select to frontdesk_staff
  using (organization_id = (select app.managing_organization_id()));

create policy staff_open on public.desks for insert to frontdesk_staff
  with check (organization_id = (select app.writing_organization_id()) and id = (select app.installation()));
create policy staff_rename on public.desks for update to frontdesk_staff
  using (organization_id = (select app.writing_organization_id()) and id = (select app.installation()))
  with check (organization_id = (select app.writing_organization_id()) and id = (select app.installation()));

create policy staff_book on public.bookings for insert to frontdesk_staff
  with check (organization_id = (select app.writing_organization_id()));
create policy staff_change on public.bookings for update to frontdesk_staff
  using (organization_id = (select app.writing_organization_id()))
  with check (organization_id = (select app.writing_organization_id()));

create policy staff_tell on public.tasks for update to frontdesk_staff
  using (organization_id = (select app.writing_organization_id()))
  with check (organization_id = (select app.writing_organization_id()));

-- At which desk a drawer is opened, counted and handed over, triggers say.
create policy staff_open on public.drawers for insert to frontdesk_staff
  with check (organization_id = (select app.writing_organization_id()));
create policy staff_count on public.drawers for update to frontdesk_staff
  using (organization_id = (select app.writing_organization_id()))
  with check (organization_id = (select app.writing_organization_id()));
create policy staff_move on public.drawer_movements for insert to frontdesk_staff
  with check (organization_id = (select app.writing_organization_id()));
create policy staff_count on public.drawer_counts for insert to frontdesk_staff
  with check (organization_id = (select app.writing_organization_id()));
create policy staff_count_again on public.drawer_counts for update to frontdesk_staff
  using (organization_id = (select app.writing_organization_id()))
  with check (organization_id = (select app.writing_organization_id()));
create policy staff_accept on public.handovers for update to frontdesk_staff
  using (organization_id = (select app.writing_organization_id()))
  with check (organization_id = (select app.writing_organization_id()));

-- Staff add leads and link families; the rest is added by managers. What of a row may be changed, triggers say.
create policy staff_add on public.leads for insert to frontdesk_staff
  with check (organization_id = (select app.writing_organization_id()));
create policy manager_add on public.clients for insert to frontdesk_staff
  with check (organization_id = (select app.managing_organization_id()));
create policy manager_add on public.external_ids for insert to frontdesk_staff
  with check (organization_id = (select app.managing_organization_id()));
-- A note says who wrote it.
create policy manager_add on public.notes for insert to frontdesk_staff
  with check (organization_id = (select app.managing_organization_id()) and written_by = (select app.user_id()));
create policy staff_add on public.families for insert to frontdesk_staff
  with check (organization_id = (select app.writing_organization_id()));
create policy staff_add on public.family_members for insert to frontdesk_staff
  with check (organization_id = (select app.writing_organization_id()));
-- Staff sell and hold what managers offer, and note the card of a person.
do $$
declare
  v_table text;
begin
  foreach v_table in array array['memberships', 'packages', 'entitlement_holds', 'cards_on_file'] loop
    execute format('create policy staff_add on public.%I for insert to frontdesk_staff
                    with check (organization_id = (select app.writing_organization_id()))', v_table);
  end loop;
  foreach v_table in array array['membership_plans', 'package_products', 'covered_programs'] loop
    execute format('create policy manager_add on public.%I for insert to frontdesk_staff
                    with check (organization_id = (select app.managing_organization_id()))', v_table);
  end loop;
  foreach v_table in array array['membership_plans', 'package_products'] loop
    execute format('create policy manager_change on public.%I for update to frontdesk_staff
                    using (organization_id = (select app.managing_organization_id()))
                    with check (organization_id = (select app.managing_organization_id()))', v_table);
  end loop;
end $$;
do $$
declare
  v_table text;
begin
  foreach v_table in array array['leads', 'clients', 'family_members', 'memberships', 'packages', 'entitlement_holds',
    'cards_on_file'] loop
    execute format('create policy staff_change on public.%I for update to frontdesk_staff
                    using (organization_id = (select app.writing_organization_id()))
                    with check (organization_id = (select app.writing_organization_id()))', v_table);
  end loop;
end $$;

-- The planner keeps the most common values of a column, and EXPLAIN betrays them to whoever may plan a query on it,
-- whatever the policy: so it keeps none of what is personal.
do $$
declare
  v_column record;
begin
  for v_column in
    select a.attrelid::regclass as on_table, a.attname
      from unnest(array['leads', 'clients', 'bookings', 'audit_log', 'audit_personal', 'notes', 'external_ids', 'quarantine',
        'memberships', 'packages', 'entitlement_holds', 'drawers', 'drawer_movements', 'credit_refunds', 'cards_on_file']) t
      join pg_attribute a on a.attrelid = ('public.' || t)::regclass
     where a.attname in ('name', 'email', 'phone', 'birth_date', 'barcode', 'emergency_contact', 'waiver_signed_by',
       'blocked_reason', 'comp_reason', 'override_reason', 'cancel_reason', 'before', 'after', 'text', 'external_id', 'row', 'reason', 'note',
       'last_four')
  loop
    execute format('alter table %s alter column %I set statistics 0', v_column.on_table, v_column.attname);
  end loop;
end $$;
