-- Organizations and their staff.

create or replace function takeover.carry_organizations(p_ids uuid[]) returns void
language plpgsql as $$
begin
  insert into organizations as t (id, name, timezone, currency, created_at)
  select o.id, coalesce(nullif(btrim(o.name), ''), 'Gym ' || left(o.id::text, 8)),
         coalesce((select z.name from pg_timezone_names z where z.name = btrim(o.timezone) and z.name !~ '^posix'), 'UTC'),
         case when upper(btrim(o.currency)) ~ '^[A-Z]{3}$' then upper(btrim(o.currency)) else 'GBP' end,
         coalesce(o.created_at, now())
    from takeover.organizations o where o.id = any(p_ids)
  on conflict (id) do update set name = excluded.name, timezone = excluded.timezone, currency = excluded.currency
    where (t.name, t.timezone, t.currency) is distinct from (excluded.name, excluded.timezone, excluded.currency);
end $$;

-- One user for each e-mail, whatever table knows it; NULL key where somebody has none.
create or replace function takeover.carry_users(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v record;
  v_user uuid;
begin
  for v in
    select 'users' as old_table, u.id, u.email, u.name, u.raw from takeover.users u where u.id = any(p_ids)
     union all
    select 'auth.users', a.id, a.email, null, a.raw from takeover.accounts a where a.id = any(p_ids)
     order by old_table desc, id
  loop
    v_user := null;
    select s.user_id into v_user from takeover.staff s where s.old_table = v.old_table and s.old_id = v.id;
    if v_user is null then
      select u.id into v_user from users u where lower(u.email) = lower(btrim(v.email));
    end if;
    if v_user is null then
      select s.user_id into v_user from takeover.staff s where s.old_id = v.id;
    end if;
    if v_user is null then
      v_user := v.id;
      insert into users (id, email, name, must_change)
      values (v.id, coalesce(nullif(btrim(v.email), ''), v.id || '@restored.invalid'),
              coalesce(nullif(btrim(v.name), ''), nullif(split_part(btrim(v.email), '@', 1), ''), 'Staff ' || left(v.id::text, 8)), true);
    elsif nullif(btrim(v.name), '') is not null then
      update users u set name = btrim(v.name) where u.id = v_user and u.name <> btrim(v.name);
    end if;
    insert into takeover.staff (old_table, old_id, user_id) values (v.old_table, v.id, v_user) on conflict do nothing;
  end loop;
end $$;

create or replace function takeover.rank_of(p_role text) returns text
language sql immutable as $$
  select case takeover.spelling(p_role) when 'owner' then 'owner' when 'admin' then 'manager' when 'manager' then 'manager'
    when 'coach' then 'staff' when 'trainer' then 'staff' when 'staff' then 'staff' else 'viewer' end
$$;

-- What each source says of a user in an organization: the first counts, of the others the lower.
create or replace function takeover.carry_staff(p_organizations uuid[]) returns void
language plpgsql as $$
begin
  perform takeover.set_aside('user_organizations', m.key, m.organization_id, m.raw, 'names nobody of the staff')
     from takeover.user_organizations m
    where coalesce(m.organization_id = any(p_organizations), true)
      and not exists (select from takeover.staff s where s.old_id = m.user_id);
  perform takeover.set_aside('organization_members', m.key, m.organization_id, m.raw, 'names nobody of the staff')
     from takeover.organization_members m
    where coalesce(m.organization_id = any(p_organizations), true)
      and not exists (select from takeover.staff s where s.old_id = m.user_id);
  perform takeover.set_aside('user_organizations', m.key, null, m.raw, 'names no organization')
     from takeover.user_organizations m
    where not exists (select from organizations o where o.id = m.organization_id) and exists (select from takeover.staff s where s.old_id = m.user_id);
  perform takeover.set_aside('organization_members', m.key, null, m.raw, 'names no organization')
     from takeover.organization_members m
    where not exists (select from organizations o where o.id = m.organization_id) and exists (select from takeover.staff s where s.old_id = m.user_id);

  delete from quarantine q
   where q.table_name = 'user_organizations' and not exists (select from takeover.user_organizations m
           where m.key = q.row_id and not (exists (select from takeover.staff s where s.old_id = m.user_id)
                                           and exists (select from organizations o where o.id = m.organization_id)))
      or q.table_name = 'organization_members' and not exists (select from takeover.organization_members m
           where m.key = q.row_id and not (exists (select from takeover.staff s where s.old_id = m.user_id)
                                           and exists (select from organizations o where o.id = m.organization_id)));

  with said as (
    select m.organization_id, s.user_id, takeover.spelling(m.role) as role, coalesce(m.is_active, true) as is_active, 0 as source
      from takeover.user_organizations m
      join (select distinct old_id, user_id from takeover.staff) s on s.old_id = m.user_id
     union all
    select m.organization_id, s.user_id, takeover.spelling(m.role), true, 1
      from takeover.organization_members m
      join (select distinct old_id, user_id from takeover.staff) s on s.old_id = m.user_id
     union all
    select coalesce(u.organization_id, takeover.only_organization()), s.user_id, takeover.spelling(u.role), true, 1
      from takeover.users u join takeover.staff s on s.old_table = 'users' and s.old_id = u.id
  ), dismissed as (
    select s.user_id from takeover.users u join takeover.staff s on s.old_table = 'users' and s.old_id = u.id where u.is_active is false
  ), ranked as (
    select distinct on (organization_id, user_id) organization_id, user_id, takeover.rank_of(role) as role,
           is_active and user_id not in (select d.user_id from dismissed d)
             and (takeover.rank_of(role) <> 'viewer' or coalesce(role = 'viewer', false)) as is_active
      from said join organizations o on o.id = said.organization_id
     where said.organization_id = any(p_organizations)
     order by organization_id, user_id, source,
              array_position(array['viewer', 'staff', 'manager', 'owner'], takeover.rank_of(role)), is_active
  )
  insert into user_organizations as t (organization_id, user_id, role, is_active)
  select organization_id, user_id, role, is_active from ranked
  on conflict (organization_id, user_id) do update set role = excluded.role, is_active = excluded.is_active
    where (t.role, t.is_active) is distinct from (excluded.role, excluded.is_active);

  -- Coaches and trainers also teach.
  insert into instructors (organization_id, id, name, user_id)
  select distinct on (m.organization_id, s.user_id) m.organization_id, s.user_id, u.name, u.id
    from (select organization_id, user_id, role from takeover.organization_members
           union all select organization_id, user_id, role from takeover.user_organizations
           union all select coalesce(organization_id, takeover.only_organization()), id, role from takeover.users) m
    join takeover.staff s on s.old_id = m.user_id
    join users u on u.id = s.user_id
    join organizations o on o.id = m.organization_id
   where m.organization_id = any(p_organizations) and takeover.spelling(m.role) in ('coach', 'trainer')
  on conflict do nothing;
end $$;
