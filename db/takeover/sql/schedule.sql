-- Programs, rooms, instructors and sessions.

create or replace function takeover.carry_programs(p_ids uuid[]) returns void
language plpgsql as $$
declare
  v_gone uuid;
begin
  perform takeover.set_aside('programs', p.id::text, null, p.raw, 'names no organization')
     from takeover.programs p
    where p.id = any(p_ids) and not exists (select from organizations o where o.id = takeover.organization_of_program(p.id));
  perform takeover.unset('programs', array(
    select i::text from unnest(p_ids) i
     where not exists (select from takeover.programs p where p.id = i)
        or exists (select from organizations o where o.id = takeover.organization_of_program(i))));
  insert into programs as t (organization_id, id, name, drop_in_price, is_active)
  select o.id, p.id, coalesce(nullif(btrim(p.name), ''), 'Class'), greatest(coalesce(p.price, 0), 0), coalesce(p.is_active, true)
    from takeover.programs p join organizations o on o.id = takeover.organization_of_program(p.id)
   where p.id = any(p_ids)
  on conflict (organization_id, id) do update set name = excluded.name, drop_in_price = excluded.drop_in_price, is_active = excluded.is_active
    where (t.name, t.drop_in_price, t.is_active) is distinct from (excluded.name, excluded.drop_in_price, excluded.is_active);
  for v_gone in select g from unnest(p_ids) g where not exists (select from takeover.programs p where p.id = g) loop
    begin
      delete from programs t where t.id = v_gone;
    exception when foreign_key_violation then null; -- its sessions are history
    end;
  end loop;
end $$;

-- Its own, or of its sessions when they agree.
create or replace function takeover.organization_of_program(p_program uuid) returns uuid
language sql stable as $$
  select coalesce(
    (select p.organization_id from takeover.programs p where p.id = p_program),
    (select case when count(distinct s.organization_id) = 1 then (array_agg(s.organization_id))[1] end
       from takeover.class_sessions s where s.program_id = p_program and s.organization_id is not null),
    takeover.only_organization())
$$;

create or replace function takeover.capacity(p_session uuid) returns int
language sql stable as $$
  select coalesce(nullif(greatest(s.max_capacity, 0), 0), nullif(greatest(p.max_participants, 0), 0),
                  nullif(greatest(p.default_capacity, 0), 0), nullif(greatest(s.capacity, 0), 0), 20)
    from takeover.class_sessions s left join takeover.programs p on p.id = s.program_id
   where s.id = p_session
$$;

-- Its organization, its program (made for it where it has none there) and when it ends.
create or replace function takeover.session_facts(p_sessions uuid[])
returns table (id uuid, organization_id uuid, program_id uuid, program text, ends_at timestamptz, why text, raw jsonb)
language sql stable as $$
  select s.id, o.id,
         case when p.id is not null then p.id else takeover.made_id('program', o.id, coalesce(nullif(btrim(s.name), ''), 'Class')) end,
         case when p.id is null then coalesce(nullif(btrim(s.name), ''), 'Class') end,
         case when s.end_time > s.start_time then s.end_time else s.start_time + interval '1 hour' end,
         case when s.start_time is null then 'says no start' when o.id is null then 'names no organization' end, s.raw
    from takeover.class_sessions s
    left join organizations o on s.start_time is not null and o.id = coalesce(s.organization_id, takeover.organization_of_program(s.program_id), takeover.only_organization())
    left join programs p on p.organization_id = o.id and p.id = s.program_id
   where s.id = any(p_sessions)
$$;
