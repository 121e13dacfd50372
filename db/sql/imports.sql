-- People from files, in one transaction: first all of them are compared with who is known, then they are taken in
-- batch by batch. It runs with the rights of whoever imports: what a file says is believed as far as a manager's word.

-- One person of a batch: first what app.match_people found out, then what the file says.
create type app.imported as (
  person_id uuid, known boolean, barcode_taken boolean, erased boolean, kind text,
  line int, name text, email text, phone text, birth_date date, barcode text, emergency_contact text,
  waiver_signed boolean, waiver_signed_on date, waiver_signed_by text, blocked_reason text, client_since date,
  lead_status text, source text, external_ids text[], notes jsonb, family int, is_guardian boolean);

-- Managers import, one at a time.
create function app.check_import() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if app.managing_organization_id() is null then
    raise insufficient_privilege using message = 'only a manager imports people';
  elsif not pg_try_advisory_xact_lock(hashtextextended('frontdesk import ' || app.organization_id(), 0)) then
    perform app.refuse('import_running');
  end if;
end $$;

-- Who could be meant; a converted lead stands for its client.
create function app.people_to_compare()
returns table (kind text, id uuid, name text, email text, phone text, birth_date date)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
begin
  return query
    select 'client', c.id, c.name, lower(c.email), app.phone_key(c.phone), c.birth_date
      from public.clients c where c.organization_id = v_organization and c.erased_at is null
    union all
    select 'lead', l.id, l.name, lower(l.email), app.phone_key(l.phone), l.birth_date
      from public.leads l where l.organization_id = v_organization and l.erased_at is null and l.status <> 'converted';
end $$;

-- Whose id of the other system it is; a converted lead's is its client's. A client comes before a lead.
create function app.people_by_external_id(p_source text)
returns table (external_id text, way int, kind text, id uuid, name text, email text, birth_date date, erased boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp set enable_nestloop = off set jit = off as $$
declare
  v_organization uuid := app.organization_id();
begin
  return query
    select x.external_id, 0, 'client', c.id, c.name, lower(c.email), c.birth_date, c.erased_at is not null
      from public.external_ids x
      join public.clients c on c.organization_id = v_organization and c.id = x.client_id
     where x.organization_id = v_organization and x.source = p_source
    union all
    select x.external_id, 0, 'client', c.id, c.name, lower(c.email), c.birth_date, c.erased_at is not null
      from public.external_ids x
      join public.clients c on c.organization_id = v_organization and c.converted_from_lead_id = x.customer_id
     where x.organization_id = v_organization and x.source = p_source
    union all
    select x.external_id, 1, 'lead', l.id, l.name, lower(l.email), l.birth_date, l.erased_at is not null
      from public.external_ids x
      join public.leads l on l.organization_id = v_organization and l.id = x.customer_id
       and (l.status <> 'converted' or l.erased_at is not null)
     where x.organization_id = v_organization and x.source = p_source;
end $$;

-- The same person: by the id remembered, or by the name with the e-mail, with the phone, or with the birth date.
-- Families share e-mail and phone, a father and his son even the name: two birth dates are two people.
-- The plan is the same whatever the statistics say: everybody is read once, and joined by hashing.
create function app.match_people(p_people jsonb, p_source text)
returns table (
  line int, person_id uuid, known boolean, kind text, namesake boolean, barcode_taken boolean, id_taken boolean,
  erased boolean)
language plpgsql set search_path = pg_catalog, pg_temp
set enable_nestloop = off set enable_mergejoin = off set jit = off as $$
#variable_conflict use_column
declare
  v_organization uuid := app.organization_id();
begin
  perform app.check_import();
  return query
    with them as materialized (select * from app.people_to_compare()),
    new as materialized (
      select p.*, lower(p.email) as mail, app.phone_key(p.phone) as digits, app.name_key(p.name) as called
        from jsonb_populate_recordset(null::app.imported, p_people) p),
    alike as (
      select n.line, 2 as way, t.* from new n join them t on t.email = n.mail
       where app.name_key(t.name) = n.called and coalesce(t.birth_date = n.birth_date, true)
      union all
      select n.line, 3, t.* from new n join them t on t.phone = n.digits
       where app.name_key(t.name) = n.called and coalesce(t.birth_date = n.birth_date, true)
      union all
      select n.line, 4, t.* from new n join them t on t.birth_date = n.birth_date
       where app.name_key(t.name) = n.called),
    found as (
      select distinct on (f.line) f.* from (
        select n.line, i.way, i.kind, i.id, i.name, i.email, i.birth_date, i.erased
          from (select new.line, unnest(new.external_ids) as external_id from new) n
          join app.people_by_external_id(p_source) i on i.external_id = n.external_id
        union all
        select a.line, a.way, a.kind, a.id, a.name, a.email, a.birth_date, false from alike a) f
       order by f.line, f.way, f.kind, f.id),
    names as (select distinct lower(t.name) as name from them t),
    barcodes as (
      select c.id, c.barcode from public.clients c where c.organization_id = v_organization and c.barcode is not null
      union all
      select l.id, l.barcode from public.leads l where l.organization_id = v_organization and l.barcode is not null),
    held as (
      select distinct n.line
        from new n join barcodes b on b.barcode = n.barcode left join found f on f.line = n.line
       where b.id is distinct from f.id)
    select n.line, coalesce(f.id, gen_random_uuid()), f.id is not null, coalesce(f.kind, n.kind),
           f.id is null and m.name is not null, h.line is not null,
           coalesce(f.way < 2 and not f.erased and app.name_key(f.name) <> n.called
             and f.email = n.mail is not true and f.birth_date = n.birth_date is not true, false),
           coalesce(f.erased, false)
      from new n
      left join found f on f.line = n.line
      left join names m on m.name = lower(n.name)
      left join held h on h.line = n.line
     order by n.line;
end $$;

-- When the file's waiver was signed; one without a day counts from the import.
create function app.imported_waiver(p_person app.imported, p_zone text) returns timestamptz
language sql stable set search_path = pg_catalog, pg_temp as $$
  select case when (p_person).waiver_signed
    then coalesce((p_person).waiver_signed_on::timestamp at time zone p_zone, now()) end
$$;

create function app.add_people(p_people app.imported[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
  v_zone text := (select o.timezone from public.organizations o where o.id = v_organization);
begin
  insert into public.clients (organization_id, id, name, email, phone, birth_date, barcode, emergency_contact,
         waiver_signed_at, waiver_signed_by, blocked_reason, client_since)
  select v_organization, p.person_id, p.name, p.email, p.phone, p.birth_date,
         case when not p.barcode_taken then p.barcode end, p.emergency_contact, app.imported_waiver(p, v_zone),
         p.waiver_signed_by, p.blocked_reason, p.client_since
    from unnest(p_people) p where p.kind = 'client' and not p.known;
  insert into public.leads (organization_id, id, name, email, phone, birth_date, barcode, emergency_contact,
         waiver_signed_at, waiver_signed_by, blocked_reason, status, source)
  select v_organization, p.person_id, p.name, p.email, p.phone, p.birth_date,
         case when not p.barcode_taken then p.barcode end, p.emergency_contact, app.imported_waiver(p, v_zone),
         p.waiver_signed_by, p.blocked_reason, coalesce(p.lead_status, 'new'), p.source
    from unnest(p_people) p where p.kind = 'lead' and not p.known;
end $$;

-- Known people get the facts that they lack; what stands there stays.
create function app.complete_people(p_people app.imported[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
  v_zone text := (select o.timezone from public.organizations o where o.id = v_organization);
begin
  update public.clients c
     set email = coalesce(c.email, p.email), phone = coalesce(c.phone, p.phone),
         birth_date = coalesce(c.birth_date, p.birth_date), barcode = coalesce(c.barcode, p.new_barcode),
         emergency_contact = coalesce(c.emergency_contact, p.emergency_contact),
         waiver_signed_by = case when c.waiver_signed_at is null and p.signed_at is not null
                                 then p.waiver_signed_by else c.waiver_signed_by end,
         waiver_signed_at = coalesce(c.waiver_signed_at, p.signed_at),
         client_since = coalesce(c.client_since, p.client_since)
    from (select x.*, case when not x.barcode_taken then x.barcode end as new_barcode,
                 app.imported_waiver(x, v_zone) as signed_at
            from unnest(p_people) x where x.kind = 'client' and x.known and not x.erased) p
   where c.organization_id = v_organization and c.id = p.person_id
     and ((c.email is null and p.email is not null) or (c.phone is null and p.phone is not null)
       or (c.birth_date is null and p.birth_date is not null) or (c.barcode is null and p.new_barcode is not null)
       or (c.emergency_contact is null and p.emergency_contact is not null)
       or (c.waiver_signed_at is null and p.signed_at is not null)
       or (c.client_since is null and p.client_since is not null));
  update public.leads l
     set email = coalesce(l.email, p.email), phone = coalesce(l.phone, p.phone),
         birth_date = coalesce(l.birth_date, p.birth_date), barcode = coalesce(l.barcode, p.new_barcode),
         emergency_contact = coalesce(l.emergency_contact, p.emergency_contact),
         waiver_signed_by = case when l.waiver_signed_at is null and p.signed_at is not null
                                 then p.waiver_signed_by else l.waiver_signed_by end,
         waiver_signed_at = coalesce(l.waiver_signed_at, p.signed_at),
         source = coalesce(l.source, p.source)
    from (select x.*, case when not x.barcode_taken then x.barcode end as new_barcode,
                 app.imported_waiver(x, v_zone) as signed_at
            from unnest(p_people) x where x.kind = 'lead' and x.known and not x.erased) p
   where l.organization_id = v_organization and l.id = p.person_id
     and ((l.email is null and p.email is not null) or (l.phone is null and p.phone is not null)
       or (l.birth_date is null and p.birth_date is not null) or (l.barcode is null and p.new_barcode is not null)
       or (l.emergency_contact is null and p.emergency_contact is not null)
       or (l.waiver_signed_at is null and p.signed_at is not null)
       or (l.source is null and p.source is not null));
end $$;

create function app.remember_ids(p_people app.imported[], p_source text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.external_ids (organization_id, source, external_id, customer_id, client_id)
  select app.organization_id(), p_source, x.external_id, case when p.kind = 'lead' then p.person_id end,
         case when p.kind = 'client' then p.person_id end
    from unnest(p_people) p cross join lateral unnest(p.external_ids) as x(external_id)
  on conflict do nothing;
end $$;

-- A note that stands there already is not written twice; a barcode that another person holds becomes a note.
create function app.add_notes(p_people app.imported[]) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
begin
  insert into public.notes (organization_id, customer_id, client_id, text, alert_priority, written_by)
  select v_organization, t.customer_id, t.client_id, t.text, min(t.alert_priority), app.user_id()
    from (
      select case when p.kind = 'lead' then p.person_id end as customer_id,
             case when p.kind = 'client' then p.person_id end as client_id, n.text, n.alert_priority
        from unnest(p_people) p
        cross join lateral (
          select e ->> 'text' as text, (e ->> 'alert_priority')::int as alert_priority
            from jsonb_array_elements(p.notes) e
          union all
          select 'Barcode, held by somebody else: ' || p.barcode, null where p.barcode_taken) n
       where not p.erased) t
   where not exists (
     select from public.notes o where o.organization_id = v_organization and o.client_id = t.client_id
        and o.text = t.text)
     and not exists (
     select from public.notes o where o.organization_id = v_organization and o.customer_id = t.customer_id
        and o.text = t.text)
   group by t.customer_id, t.client_id, t.text;
end $$;

-- Each family of the batch joins the one that a member of it is in already; nobody changes families. How many are new.
create function app.add_families(p_people app.imported[]) returns int
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
  v_new int;
begin
  with members as materialized (
    select p.family, p.person_id, case when p.kind = 'lead' then p.person_id end as customer_id,
           case when p.kind = 'client' then p.person_id end as client_id,
           coalesce(p.is_guardian, false) and not app.is_minor(v_organization, coalesce(l.birth_date, c.birth_date))
             as is_guardian,
           m.family_id
      from unnest(p_people) p
      left join public.leads l on p.kind = 'lead' and l.organization_id = v_organization and l.id = p.person_id
      left join public.clients c on p.kind = 'client' and c.organization_id = v_organization and c.id = p.person_id
      left join public.family_members m on m.organization_id = v_organization
       and (m.customer_id = p.person_id or m.client_id = p.person_id)
     where p.family is not null and not p.erased),
  homes as materialized (
    select m.family, coalesce((array_agg(m.family_id order by m.family_id))[1], gen_random_uuid()) as family_id,
           count(m.family_id) = 0 as new
      from members m group by m.family having count(distinct m.person_id) > 1),
  made as (
    insert into public.families (organization_id, id) select v_organization, h.family_id from homes h where h.new
    returning id),
  joined as (
    insert into public.family_members (organization_id, family_id, customer_id, client_id, is_guardian)
    select distinct on (m.person_id) v_organization, h.family_id, m.customer_id, m.client_id, m.is_guardian
      from members m join homes h on h.family = m.family
     where m.family_id is null order by m.person_id)
  select count(*) into v_new from made;
  return v_new;
end $$;

-- Take in a batch of those who were matched before; how many families are new.
-- The checks of references keep the plan of their first uses, and on tables that are nearly empty any index will do
-- that begins with the organization: later it would read all of its rows for every check. So the first batch plans each
-- of them anew, and what is kept from the second on was planned for tables that hold people.
create function app.import_people(p_people jsonb, p_source text) returns table (families int)
language plpgsql set search_path = pg_catalog, pg_temp set enable_seqscan = off set jit = off as $$
declare
  v_people app.imported[] := array(select p from jsonb_populate_recordset(null::app.imported, p_people) p);
  v_first boolean := current_setting('app.imports', true) is distinct from 'on';
begin
  perform app.check_import();
  perform set_config('plan_cache_mode', case when v_first then 'force_custom_plan' else 'auto' end, true);
  perform set_config('app.imports', 'on', true);
  perform app.add_people(v_people);
  perform app.complete_people(v_people);
  perform app.remember_ids(v_people, p_source);
  perform app.add_notes(v_people);
  return query select app.add_families(v_people);
end $$;
