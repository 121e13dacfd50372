-- Leads and clients. A lead belongs to a client whom it is named by, or with whom it shares e-mail and name.

create or replace function takeover.folded(p_name text) returns text
language sql immutable as $$
  select nullif(regexp_replace(lower(btrim(p_name)), '\s+', ' ', 'g'), '')
$$;

-- The name to show: nobody is nameless.
create or replace function takeover.shown_name(p_name text, p_email text, p_phone text, p_id uuid) returns text
language sql immutable as $$
  select coalesce(nullif(btrim(p_name), ''), nullif(btrim(p_email), ''), nullif(btrim(p_phone), ''), 'Nameless ' || left(p_id::text, 8))
$$;

create or replace function takeover.carry_clients(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_gone uuid;
begin
  -- Whose lead it was, and whose it may be now.
  insert into takeover.changes (kind, key)
  select distinct 'leads', l.id::text
    from takeover.identities c join takeover.identities l on l.kind = 'lead' and (l.id in (c.lead_id, c.id) or (l.organization_id = c.organization_id and l.email = c.email))
   where c.kind = 'client' and c.id = any(p_ids);

  insert into takeover.identities as t (kind, id, organization_id, email, name, lead_id)
  select 'client', c.id, coalesce(c.organization_id, takeover.only_organization()), nullif(lower(btrim(c.email)), ''), takeover.folded(c.name), c.lead_id
    from takeover.clients c where c.id = any(p_ids)
  on conflict (kind, id) do update
    set organization_id = excluded.organization_id, email = excluded.email, name = excluded.name, lead_id = excluded.lead_id
    where (t.organization_id, t.email, t.name, t.lead_id) is distinct from (excluded.organization_id, excluded.email, excluded.name, excluded.lead_id);

  perform takeover.set_aside('clients', c.id::text, null, c.raw, 'names no organization')
     from takeover.clients c join takeover.identities i on i.kind = 'client' and i.id = c.id
    where c.id = any(p_ids) and not exists (select from organizations o where o.id = i.organization_id);
  perform takeover.unset('clients', array(select g::text from unnest(p_ids) g where not exists (
    select from takeover.clients c join takeover.identities i on i.kind = 'client' and i.id = c.id
     where c.id = g and not exists (select from organizations o where o.id = i.organization_id))));

  insert into clients as t (organization_id, id, name, email, phone, birth_date, client_since, created_at)
  select i.organization_id, c.id, takeover.shown_name(c.name, c.email, c.phone, c.id), nullif(btrim(c.email), ''), nullif(btrim(c.phone), ''),
         c.birth_date, c.start_date, coalesce(c.created_at, now())
    from takeover.clients c
    join takeover.identities i on i.kind = 'client' and i.id = c.id
    join organizations o on o.id = i.organization_id
   where c.id = any(p_ids)
  on conflict (organization_id, id) do update
    set name = excluded.name, email = takeover.true_email(excluded.email, t.email), phone = excluded.phone,
        birth_date = coalesce(excluded.birth_date, t.birth_date), client_since = coalesce(excluded.client_since, t.client_since)
    where (t.name, t.email, t.phone, t.birth_date, t.client_since) is distinct from
          (excluded.name, takeover.true_email(excluded.email, t.email), excluded.phone, coalesce(excluded.birth_date, t.birth_date), coalesce(excluded.client_since, t.client_since));

  insert into takeover.changes (kind, key)
  select distinct 'leads', l.id::text
    from takeover.identities c join takeover.identities l on l.kind = 'lead' and (l.id in (c.lead_id, c.id) or (l.organization_id = c.organization_id and l.email = c.email))
   where c.kind = 'client' and c.id = any(p_ids);

  for v_gone in select g from unnest(p_ids) g where not exists (select from takeover.clients c where c.id = g) loop
    delete from takeover.identities i where i.kind = 'client' and i.id = v_gone;
    begin
      delete from clients t where t.id = v_gone;
    exception when foreign_key_violation then null; -- somebody's history
    end;
  end loop;
end $$;

-- The old schema wanted an e-mail from everybody: what was made up for it is none.
create or replace function takeover.true_email(p_old text, p_kept text) returns text
language sql immutable as $$
  select case when p_old like '%@restored.invalid' then p_kept else p_old end
$$;

-- Whose these leads are.
create or replace function takeover.owners(p_leads uuid[]) returns table (lead_id uuid, client_id uuid, via text)
language plpgsql stable as $$
begin
  return query
    select l.id, coalesce(n.id, s.id, e.id), case when coalesce(n.id, s.id) is not null then 'lead_id' when e.id is not null then 'email' end
      from takeover.identities l
      left join lateral (
        select c.id from takeover.identities c
         where c.kind = 'client' and c.lead_id = l.id and c.organization_id = l.organization_id order by c.id limit 1
      ) n on true
      -- Who became a client under the same id.
      left join takeover.identities s on s.kind = 'client' and s.id = l.id and s.organization_id = l.organization_id
      left join lateral (
        select (array_agg(c.id))[1] as id from takeover.identities c
         where c.kind = 'client' and c.organization_id = l.organization_id and c.email = l.email
        having count(*) = 1 and bool_and(c.name = l.name)
           and 1 = (select count(*) from takeover.identities o
                     where o.kind = 'lead' and o.organization_id = l.organization_id and o.email = l.email
                       and not exists (select from takeover.identities d where d.kind = 'client' and o.id in (d.lead_id, d.id) and d.organization_id = o.organization_id))
      ) e on n.id is null and s.id is null
     where l.kind = 'lead' and l.id = any(p_leads);
end $$;

create or replace function takeover.carry_leads(p_ids uuid[]) returns void
language plpgsql as $$
declare
  -- Mirrors are the old application's picture of a client.
  v_ids uuid[] := array(select i from unnest(p_ids) i where not exists (select from takeover.people p where p.lead_id = i and p.via = 'mirror'));
  v_near uuid[];
  v_gone uuid;
begin
  -- Others of the same e-mail: it is unique no more, or again.
  v_near := array(
    select distinct o.id from takeover.identities l
      join takeover.identities o on o.kind = 'lead' and o.organization_id = l.organization_id and o.email = l.email
     where l.kind = 'lead' and l.id = any(v_ids));
  insert into takeover.identities as t (kind, id, organization_id, email, name)
  select 'lead', l.id, coalesce(l.organization_id, takeover.only_organization()), nullif(lower(btrim(l.email)), ''), takeover.folded(l.name)
    from takeover.leads l where l.id = any(v_ids)
  on conflict (kind, id) do update set organization_id = excluded.organization_id, email = excluded.email, name = excluded.name
    where (t.organization_id, t.email, t.name) is distinct from (excluded.organization_id, excluded.email, excluded.name);
  delete from takeover.identities i
   where i.kind = 'lead' and i.id = any(v_ids) and not exists (select from takeover.leads l where l.id = i.id);
  v_near := array(
    select unnest(v_near) union select unnest(v_ids) union
    select o.id from takeover.identities l
      join takeover.identities o on o.kind = 'lead' and o.organization_id = l.organization_id and o.email = l.email
     where l.kind = 'lead' and l.id = any(v_ids));

  perform takeover.set_aside('leads', l.id::text, null, l.raw, 'names no organization')
     from takeover.leads l join takeover.identities i on i.kind = 'lead' and i.id = l.id
    where l.id = any(v_ids) and not exists (select from organizations o where o.id = i.organization_id);
  perform takeover.unset('leads', array(select g::text from unnest(v_ids) g where not exists (
    select from takeover.leads l join takeover.identities i on i.kind = 'lead' and i.id = l.id
     where l.id = g and not exists (select from organizations o where o.id = i.organization_id))));

  insert into leads as t (organization_id, id, name, email, phone, birth_date, source, status, created_at)
  select i.organization_id, l.id, takeover.shown_name(l.name, l.email, l.phone, l.id), nullif(btrim(l.email), ''), nullif(btrim(l.phone), ''),
         l.birth_date, nullif(btrim(l.source), ''), takeover.lead_status(l.status), coalesce(l.created_at, now())
    from takeover.leads l
    join takeover.identities i on i.kind = 'lead' and i.id = l.id
    join organizations o on o.id = i.organization_id
   where l.id = any(v_ids)
  on conflict (organization_id, id) do update
    set name = excluded.name, email = takeover.true_email(excluded.email, t.email), phone = excluded.phone,
        birth_date = coalesce(excluded.birth_date, t.birth_date), source = coalesce(excluded.source, t.source),
        status = case when t.status = 'converted' then t.status else excluded.status end
    where (t.name, t.email, t.phone, t.birth_date, t.source) is distinct from
          (excluded.name, takeover.true_email(excluded.email, t.email), excluded.phone, coalesce(excluded.birth_date, t.birth_date), coalesce(excluded.source, t.source))
       or t.status not in ('converted', excluded.status);

  perform takeover.give_owners(v_near);

  for v_gone in select g from unnest(v_ids) g where not exists (select from takeover.leads l where l.id = g) loop
    delete from takeover.people p where p.lead_id = v_gone;
    begin
      update clients c set converted_from_lead_id = null where c.converted_from_lead_id = v_gone;
      delete from leads t where t.id = v_gone;
    exception when foreign_key_violation then null; -- somebody's history
    end;
  end loop;
end $$;

create or replace function takeover.lead_status(p_text text) returns text
language sql immutable as $$
  select case takeover.spelling(p_text) when 'contacted' then 'contacted' when 'qualified' then 'qualified' when 'warm' then 'qualified'
    when 'hot' then 'qualified' when 'lost' then 'lost' when 'client' then 'qualified' when 'customer' then 'qualified'
    when 'member' then 'qualified' when 'converted' then 'qualified' else 'new' end
$$;

-- Note whose these leads are, and carry again what is somebody else's now.
create or replace function takeover.give_owners(p_leads uuid[]) returns void
language plpgsql as $$
declare
  v_changed uuid[];
begin
  with now_are as (
    select i.id as lead_id, i.organization_id, w.client_id, w.via
      from takeover.owners(p_leads) w join takeover.identities i on i.kind = 'lead' and i.id = w.lead_id
  ), kept as (
    insert into takeover.people as t (lead_id, organization_id, client_id, via)
    select n.lead_id, n.organization_id, n.client_id, n.via from now_are n
    on conflict (lead_id) do update set organization_id = excluded.organization_id, client_id = excluded.client_id, via = excluded.via
      where t.via is distinct from 'mirror' and (t.organization_id, t.client_id, t.via) is distinct from (excluded.organization_id, excluded.client_id, excluded.via)
    returning t.lead_id
  )
  select array_agg(k.lead_id) into v_changed from kept k;

  update clients c set converted_from_lead_id = null
    from takeover.people p
   where p.lead_id = any(v_changed) and c.converted_from_lead_id = p.lead_id and p.client_id is distinct from c.id;
  -- The lead that is named comes before the one that is alike.
  update clients c set converted_from_lead_id = p.lead_id
    from (select distinct on (p.client_id) p.client_id, p.organization_id, p.lead_id
            from takeover.people p
            join leads l on l.organization_id = p.organization_id and l.id = p.lead_id
           where p.client_id in (select q.client_id from takeover.people q where q.lead_id = any(v_changed)) and p.via <> 'mirror'
           order by p.client_id, p.via = 'lead_id' desc, p.lead_id) p
   where c.organization_id = p.organization_id and c.id = p.client_id and c.converted_from_lead_id is distinct from p.lead_id;
  update leads t set status = case when p.client_id is not null then 'converted' else coalesce(takeover.lead_status(l.status), 'new') end
    from takeover.people p left join takeover.leads l on l.id = p.lead_id
   where p.lead_id = any(p_leads) and t.organization_id = p.organization_id and t.id = p.lead_id
     and (t.status = 'converted') is distinct from (p.client_id is not null);

  insert into takeover.changes (kind, key)
  select distinct 'sessions', v.class_session_id::text from (
    select b.class_session_id from takeover.bookings b where b.customer_id = any(v_changed) union all
    select b.class_session_id from takeover.class_bookings b where b.customer_id = any(v_changed) union all
    select w.class_session_id from takeover.waitlist w where w.customer_id = any(v_changed)) v
   where v.class_session_id is not null
     and exists (select from takeover.enqueued q where q.kind = 'sessions carried');
  insert into takeover.changes (kind, key)
  select v.kind, v.id::text from (
    select 'payments' as kind, p.id from takeover.payments p where p.customer_id = any(v_changed) union all
    select 'notes', n.id from takeover.customer_notes n where n.customer_id = any(v_changed) union all
    select 'memberships', m.id from takeover.memberships m where m.customer_id = any(v_changed) union all
    select 'credits', c.id from takeover.class_credits c where c.customer_id = any(v_changed) union all
    select 'packages', p.id from takeover.customer_class_packages p where p.customer_id = any(v_changed)) v
   where v.kind in (select q.kind from takeover.enqueued q);
end $$;
