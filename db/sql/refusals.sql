-- A refused transaction leaves nothing, so nothing inside it can count: the desk notes afterwards what it met, and
-- `frontdesk doctor` tells. It counts for the caller alone, up to a number a day, and takes names only: of a function
-- of ours and of a rule.

create function app.note_refusal(p_sqlstate text, p_rule text, p_statement text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c_most_a_day constant int := 1000;
  c_kept constant int := 90; -- days
  c_name constant text := '^[a-z_][a-z0-9_]{0,62}$';
  v_organization uuid := app.organization_id();
  v_user uuid := app.user_id();
  v_today date := (now() at time zone 'UTC')::date;
begin
  if v_organization is null or coalesce(p_sqlstate, '') not in ('23503', '42501', 'P0002')
    or not (coalesce(p_statement, '') = 'sql' or exists (
      select from pg_proc p where p.pronamespace = 'app'::regnamespace and p.proname = p_statement))
    or (select coalesce(sum(r.times), 0) >= c_most_a_day from public.refusals r
         where r.organization_id = v_organization and r.user_id = v_user and r.day = v_today) then
    return;
  end if;
  delete from public.refusals r
   where r.organization_id = v_organization and r.user_id = v_user and r.day < v_today - c_kept;
  insert into public.refusals as r (organization_id, user_id, day, sqlstate, rule, statement)
  values (v_organization, v_user, v_today, p_sqlstate, case when p_rule ~ c_name then p_rule else '' end, p_statement)
  on conflict (organization_id, user_id, day, sqlstate, rule, statement)
    do update set times = r.times + 1, last_at = clock_timestamp();
end $$;
