-- Adding people, who they may be already, their families and their waivers.

-- Whom the id stands for: a converted lead for its client.
create function app.person_now(p_kind text, p_id uuid, out kind text, out id uuid)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  select p.kind, p.id into kind, id
    from (
      select 'client' as kind, c.id, c.erased_at from public.clients c
       where c.organization_id = v_organization
         and (p_kind = 'client' and c.id = p_id or p_kind = 'lead' and c.converted_from_lead_id = p_id)
      union all
      select 'lead', l.id, l.erased_at from public.leads l
       where p_kind = 'lead' and l.organization_id = v_organization and l.id = p_id) p
   where p.erased_at is null
   order by p.kind limit 1;
  if not found then
    perform app.not_found('person');
  end if;
end $$;

create function app.check_may_write() returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform app.signed_in_organization_id();
  if not app.may_write() then
    raise insufficient_privilege using message = 'may not write here';
  end if;
end $$;

-- A new lead, under an id made by the desk: asking again adds nobody twice.
create function app.add_lead(p_id uuid, p_name text, p_phone text, p_email text, p_birth_date date)
returns table (kind text, id uuid, name text)
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  insert into public.leads (organization_id, id, name, phone, email, birth_date)
  values (v_organization, p_id, p_name, p_phone, p_email, p_birth_date)
  on conflict on constraint leads_pkey do nothing;
  return query
    select 'lead', l.id, l.name from public.leads l where l.organization_id = v_organization and l.id = p_id;
end $$;

-- Who the new one may be already, best first: who has the most in common. Reads the search documents, which staff may
-- not, so it checks the membership itself and takes no organization argument.
create function app.duplicates(p_name text, p_phone text, p_email text)
returns table (kind text, id uuid, name text, birth_date date, phone_end text, email text, reason text)
language plpgsql stable security definer set search_path = pg_catalog, ext, pg_temp
set plan_cache_mode = force_custom_plan set random_page_cost = 1.1 set pg_trgm.similarity_threshold = 0.45 as $$
declare
  c_most constant int := 5;
  c_weighed constant int := 50;
  v_organization uuid := app.signed_in_organization_id();
  v_words text := nullif(app.words(left(p_name, 200)), '');
  v_phone text := app.phone_key(left(p_phone, 50));
  v_email text := nullif(lower(btrim(left(p_email, 254))), '');
  v_phone_like text := '%' || v_phone || '%';
  v_email_like text := '%' || app.literal_pattern(app.words(v_email)) || '%';
begin
  return query
    with hits as materialized (
      (select d.person_id, d.kind, d.name from public.search_documents d
        where d.organization_id = v_organization and d.document like v_phone_like limit c_weighed)
      union
      (select d.person_id, d.kind, d.name from public.search_documents d
        where d.organization_id = v_organization and d.document like v_email_like limit c_weighed)
      union
      (select d.person_id, d.kind, d.name from public.search_documents d
        where d.organization_id = v_organization and d.name % v_words
        order by similarity(d.name, v_words) desc, d.person_id limit c_weighed)
    )
    select h.kind, p.id, p.name, p.birth_date, right(app.digits(p.phone), 3), coalesce(p.email, ''),
           case when s.phone then 'same phone' when s.email then 'same e-mail' else 'similar name' end
      from hits h
      cross join lateral (
        select l.id, l.name, l.birth_date, l.phone, l.email from public.leads l
         where h.kind = 'lead' and l.organization_id = v_organization and l.id = h.person_id
        union all
        select c.id, c.name, c.birth_date, c.phone, c.email from public.clients c
         where h.kind = 'client' and c.organization_id = v_organization and c.id = h.person_id
      ) p
      cross join lateral (
        select coalesce(app.phone_key(p.phone) = v_phone, false) as phone,
               coalesce(lower(p.email) = v_email, false) as email,
               coalesce(similarity(h.name, v_words), 0)::float as alike
      ) s
     where s.phone or s.email or s.alike >= 0.45
     order by s.phone::int + s.email::int + (s.alike >= 0.45)::int desc, s.phone desc, s.email desc, s.alike desc,
              p.name, p.id
     limit c_most;
end $$;

-- The others of the person's family, guardians first.
create function app.family(p_kind text, p_id uuid)
returns table (
  kind text, id uuid, name text, birth_date date, is_guardian boolean, waiver boolean, blocked boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_person uuid := (select p.id from app.person_now(p_kind, p_id) p);
begin
  return query
    select p.kind, p.id, p.name, p.birth_date, o.is_guardian, p.waiver, p.blocked
      from public.family_members m
      join public.family_members o on o.organization_id = m.organization_id and o.family_id = m.family_id and o.id <> m.id
      cross join lateral (
        select 'lead' as kind, l.id, l.name, l.birth_date, l.waiver_signed_at is not null as waiver,
               l.blocked_at is not null as blocked
          from public.leads l
         where l.organization_id = v_organization and l.id = o.customer_id and l.erased_at is null
        union all
        select 'client', c.id, c.name, c.birth_date, c.waiver_signed_at is not null, c.blocked_at is not null
          from public.clients c
         where c.organization_id = v_organization and c.id = o.client_id and c.erased_at is null
      ) p
     where m.organization_id = v_organization and (m.customer_id = v_person or m.client_id = v_person)
     order by o.is_guardian desc, p.birth_date nulls first, p.name, p.id;
end $$;

-- Persons are locked by id, whichever kind: what is asked of them afterwards stays true.
create function app.lock_people(p_one uuid, p_other uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
  v_id uuid;
begin
  foreach v_id in array array[least(p_one, p_other), greatest(p_one, p_other)] loop
    perform from public.leads l where l.organization_id = v_organization and l.id = v_id for no key update;
    perform from public.clients c where c.organization_id = v_organization and c.id = v_id for no key update;
  end loop;
end $$;

-- Make the relative one of the person's family, as a guardian or not; asked again it is as it is.
create function app.join_family(
  p_kind text, p_id uuid, p_relative_kind text, p_relative_id uuid, p_guardian boolean) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_person record;
  v_relative record;
  v_family uuid;
  v_theirs uuid;
begin
  perform app.check_may_write();
  v_person := app.person_now(p_kind, p_id);
  v_relative := app.person_now(p_relative_kind, p_relative_id);
  if v_person.id = v_relative.id then
    perform app.refuse('family_oneself');
  end if;
  perform app.lock_people(v_person.id, v_relative.id);
  v_family := app.family_of(v_person.id);
  v_theirs := app.family_of(v_relative.id);
  if v_family <> v_theirs then
    perform app.refuse('family_two');
  end if;
  if v_family is null and v_theirs is null then
    insert into public.families (organization_id, id) values (v_organization, gen_random_uuid())
    returning families.id into v_family;
  end if;
  insert into public.family_members (organization_id, family_id, customer_id, client_id, is_guardian)
  select v_organization, coalesce(v_family, v_theirs), case when j.kind = 'lead' then j.id end,
         case when j.kind = 'client' then j.id end, j.guardian
    from (values (v_person.kind, v_person.id, false), (v_relative.kind, v_relative.id, p_guardian))
      as j (kind, id, guardian)
   where app.family_of(j.id) is null;
  update public.family_members m set is_guardian = p_guardian
   where m.organization_id = v_organization and (m.customer_id = v_relative.id or m.client_id = v_relative.id)
     and m.is_guardian <> p_guardian;
end $$;

create function app.family_of(p_person uuid) returns uuid
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (select m.family_id from public.family_members m
           where m.organization_id = app.organization_id() and (m.customer_id = p_person or m.client_id = p_person));
end $$;

-- The person's waiver signed now, by whom; one that is signed already stays.
create function app.sign_waiver(p_kind text, p_id uuid, p_by text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
  v_person record;
begin
  perform app.check_may_write();
  if app.reason(p_by) is null then
    perform app.refuse('waiver_signed_by');
  end if;
  v_person := app.person_now(p_kind, p_id);
  if v_person.kind = 'lead' then
    update public.leads l set waiver_signed_by = p_by
     where l.organization_id = v_organization and l.id = v_person.id and l.waiver_signed_at is null;
  else
    update public.clients c set waiver_signed_by = p_by
     where c.organization_id = v_organization and c.id = v_person.id and c.waiver_signed_at is null;
  end if;
end $$;
