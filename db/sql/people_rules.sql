-- Who may be added, what may be changed of a person, and who signs a waiver. The rules hold for a plain INSERT or
-- UPDATE too. Staff add leads with contact facts and sign waivers; managers also add clients and fill in what is
-- missing of a person. They run with the rights of whoever writes.

-- What two spellings of one name have in common. Staff may not use the extensions, so accents are taken off without.
create function app.name_key(p_name text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select btrim(regexp_replace(regexp_replace(
    lower(normalize(p_name, NFKD)), '[\u0300-\u036f''’‘`´ʼ"]', '', 'g'), '[-‐–_.,;[:space:]]+', ' ', 'g'))
$$;

-- The last nine digits: the country's code and the leading zero aside. NULL where there are too few to go by.
create function app.phone_key(p_phone text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select case when length(d) >= 7 then right(d, 9) end from regexp_replace(p_phone, '[^0-9]', '', 'g') d
$$;

-- Known to be under 18 today, in the organization's zone.
create function app.is_minor(p_organization uuid, p_birth_date date) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_minor boolean := false;
begin
  if p_birth_date is not null then
    select p_birth_date > (clock_timestamp() at time zone o.timezone)::date - interval '18 years' into v_minor
      from public.organizations o where o.id = p_organization;
  end if;
  return coalesce(v_minor, false);
end $$;

-- Whether one of that name is a guardian in the person's family, and of age.
create function app.is_guardian_of(p_organization uuid, p_person uuid, p_name text) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from public.family_members m
      join public.family_members g on g.organization_id = m.organization_id and g.family_id = m.family_id
       and g.id <> m.id and g.is_guardian
      left join public.leads l on l.organization_id = g.organization_id and l.id = g.customer_id and l.erased_at is null
      left join public.clients c on c.organization_id = g.organization_id and c.id = g.client_id and c.erased_at is null
     where m.organization_id = p_organization and (m.customer_id = p_person or m.client_id = p_person)
       and app.name_key(coalesce(c.name, l.name)) = app.name_key(p_name)
       and not app.is_minor(p_organization, coalesce(c.birth_date, l.birth_date)));
end $$;

-- When a waiver was signed: now, by the clock, and for a minor by a guardian. A manager may also record one that was
-- signed before, on paper or in another system.
create function app.waiver_signed_at(
  p_organization uuid, p_person uuid, p_birth_date date, p_by text, p_recorded timestamptz) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if p_by is null then
    perform app.refuse('waiver_signed_by');
  elsif p_recorded is not null and app.is_manager() then
    return least(p_recorded, clock_timestamp());
  elsif app.is_minor(p_organization, p_birth_date) and not app.is_guardian_of(p_organization, p_person, p_by) then
    perform app.refuse('waiver_guardian');
  end if;
  return clock_timestamp();
end $$;

create function app.check_facts(p_name text, p_email text, p_phone text, p_barcode text, p_birth_date date) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if p_name is null then
    perform app.refuse('person_name');
  elsif length(p_name) > 200 or length(p_email) > 254 or length(p_phone) > 50 or length(p_barcode) > 64 then
    perform app.refuse('person_text_length');
  elsif p_birth_date not between '1900-01-01' and (now() + interval '1 day')::date then
    perform app.refuse('person_birth_date');
  end if;
end $$;

-- One barcode is one person's, lead or client; that no other of the same kind has it, an index says.
create function app.check_barcode(p_organization uuid, p_kind text, p_barcode text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from public.leads l where p_kind = 'client' and l.organization_id = p_organization
                and l.barcode = p_barcode)
     or exists (select from public.clients c where p_kind = 'lead' and c.organization_id = p_organization
                   and c.barcode = p_barcode) then
    raise unique_violation using message = 'barcode taken', schema = 'public',
      constraint = case when p_kind = 'lead' then 'leads_barcode' else 'clients_barcode' end;
  end if;
end $$;

-- A block comes with its reason and the clock's time; only managers make one, or a lead that is further than new.
create function app.new_person_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c_space constant text := E' \t\n\v\f\r\u00a0';
  v_kind text := tg_argv[0];
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(new.organization_id);
  new.name := nullif(btrim(new.name, c_space), '');
  new.email := nullif(btrim(new.email, c_space), '');
  new.phone := nullif(btrim(new.phone, c_space), '');
  new.barcode := nullif(btrim(new.barcode, c_space), '');
  new.waiver_signed_by := nullif(btrim(new.waiver_signed_by, c_space), '');
  new.blocked_reason := nullif(btrim(new.blocked_reason, c_space), '');
  new.blocked_at := case when new.blocked_reason is not null then clock_timestamp() end;
  perform app.check_facts(new.name, new.email, new.phone, new.barcode, new.birth_date);
  if new.blocked_reason is not null and not app.is_manager() then
    perform app.refuse('person_rank');
  end if;
  if v_kind = 'lead' then
    if new.status = 'converted' or (new.status <> 'new' and not app.is_manager()) then
      perform app.refuse('person_rank');
    end if;
  end if;
  if new.barcode is not null then
    perform app.check_barcode(new.organization_id, v_kind, new.barcode);
  end if;
  if num_nonnulls(new.waiver_signed_at, new.waiver_signed_by) > 0 then
    new.waiver_signed_at := app.waiver_signed_at(
      new.organization_id, new.id, new.birth_date, new.waiver_signed_by, new.waiver_signed_at);
  end if;
  return new;
end $$;

create trigger a_new_person_rules before insert on public.leads
  for each row execute function app.new_person_rules('lead');
create trigger a_new_person_rules before insert on public.clients
  for each row execute function app.new_person_rules('client');

-- A waiver is signed once. Of the rest only what is missing is filled in, by managers: what stands there stays.
create function app.person_change_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  c_space constant text := E' \t\n\v\f\r\u00a0';
  c_waiver constant text[] := array['waiver_signed_at', 'waiver_signed_by'];
  v_old jsonb := to_jsonb(old);
  v_changed text[];
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(old.organization_id);
  if old.erased_at is not null then
    perform app.refuse('person_erased');
  elsif v_old ->> 'status' = 'converted' then
    perform app.refuse('person_converted_lead');
  end if;
  new.email := nullif(btrim(new.email, c_space), '');
  new.phone := nullif(btrim(new.phone, c_space), '');
  new.barcode := nullif(btrim(new.barcode, c_space), '');
  new.waiver_signed_by := nullif(btrim(new.waiver_signed_by, c_space), '');
  v_changed := array(select n.key from jsonb_each(to_jsonb(new)) n where n.value <> v_old -> n.key);
  if v_changed && c_waiver then
    if old.waiver_signed_at is not null then
      perform app.refuse('waiver_signed_already');
    end if;
    new.waiver_signed_at := app.waiver_signed_at(
      new.organization_id, new.id, new.birth_date, new.waiver_signed_by, new.waiver_signed_at);
  end if;
  if not v_changed <@ c_waiver then
    if not app.is_manager() then
      perform app.refuse('person_rank');
    elsif exists (select from unnest(v_changed) c where c <> all (c_waiver) and v_old -> c <> 'null') then
      perform app.refuse('person_facts_stay');
    end if;
    perform app.check_facts(new.name, new.email, new.phone, new.barcode, new.birth_date);
    if 'barcode' = any (v_changed) then
      perform app.check_barcode(new.organization_id, tg_argv[0], new.barcode);
    end if;
  end if;
  if v_changed <> '{}' then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end $$;

create trigger a_person_change_rules before update on public.leads
  for each row execute function app.person_change_rules('lead');
create trigger a_person_change_rules before update on public.clients
  for each row execute function app.person_change_rules('client');

-- A guardian is of age, as far as is known; whoever signs for a minor has to be one.
create function app.family_rules() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_birth_date date;
  v_erased boolean;
  v_status text;
begin
  if app.is_keeper() then
    return new;
  end if;
  perform app.check_writer(new.organization_id);
  select p.birth_date, p.erased, p.status into v_birth_date, v_erased, v_status
    from (
      select l.birth_date, l.erased_at is not null as erased, l.status from public.leads l
       where l.organization_id = new.organization_id and l.id = new.customer_id
      union all
      select c.birth_date, c.erased_at is not null, 'client' from public.clients c
       where c.organization_id = new.organization_id and c.id = new.client_id) p;
  if v_erased then
    perform app.refuse('person_erased');
  elsif v_status = 'converted' then
    perform app.refuse('person_converted_lead');
  elsif new.is_guardian and app.is_minor(new.organization_id, v_birth_date) then
    perform app.refuse('family_guardian_minor');
  end if;
  return new;
end $$;

create trigger a_family_rules before insert or update on public.family_members
  for each row execute function app.family_rules();
