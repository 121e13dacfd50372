-- An organization's rows never change their organization.
create function app.organization_stays() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  if new.organization_id <> old.organization_id then
    raise check_violation using constraint = 'organization_stays', message = 'a row never changes its organization';
  end if;
  return new;
end $$;

do $$
declare
  v_table regclass;
begin
  for v_table in
    select a.attrelid::regclass from pg_attribute a join pg_class c on c.oid = a.attrelid
     where a.attname = 'organization_id' and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
       and c.relowner = 'frontdesk_owner'::regrole
  loop
    execute format('create trigger organization_stays before update of organization_id on %s
                    for each row execute function app.organization_stays()', v_table);
  end loop;
end $$;
