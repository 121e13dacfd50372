-- The ground of a take-over: what the old application changes is noted in a queue, and carried from there.
-- Everything here belongs to the login that takes over, who sees every row of the old tables.

create table if not exists takeover.changes (
  id bigint generated always as identity primary key,
  kind text not null,
  key text not null
);
-- Only where they are missing: asking for an index waits for everybody who writes, and the old application behind it.
do $$ begin
  if to_regclass('takeover.changes_key') is null then
    create index if not exists changes_kind on takeover.changes (kind, id);
    create index changes_key on takeover.changes (kind, key);
  end if;
end $$;

-- Where the extensions stood that frontdesk needs in a schema of its own.
create table if not exists takeover.moved (extension name primary key, schema name not null);

-- Which old tables were enqueued whole.
create table if not exists takeover.enqueued (kind text primary key);

-- By what an old lead and an old client are held to be one person.
create table if not exists takeover.identities (
  kind text not null check (kind in ('lead', 'client')),
  id uuid not null,
  organization_id uuid,
  email text,
  name text,
  lead_id uuid,
  -- Not the kind first: of one kind there are too many, and the planner does not know it while they come.
  primary key (id, kind)
);
create index if not exists identities_email on takeover.identities (organization_id, email);
create index if not exists identities_lead on takeover.identities (lead_id) where lead_id is not null;

-- Whose lead it is: a client's, or nobody's. A mirror was made for the old application, see back.sql.
create table if not exists takeover.people (
  lead_id uuid primary key,
  organization_id uuid,
  client_id uuid,
  via text check (via in ('lead_id', 'email', 'mirror'))
);
create index if not exists people_client on takeover.people (client_id) where client_id is not null;

-- Who of the staff an old user is.
create table if not exists takeover.staff (
  old_table text not null,
  old_id uuid not null,
  user_id uuid not null,
  primary key (old_table, old_id)
);
create index if not exists staff_old on takeover.staff (old_id);

create table if not exists takeover.cutovers (number int not null);
-- A publication of all tables lets no row be changed that nothing tells apart.
alter table takeover.cutovers replica identity full;
insert into takeover.cutovers select 0 where not exists (select from takeover.cutovers);

-- What became of each old row that says who comes: kept, merged into another, or quarantined.
create table if not exists takeover.judged (
  table_name text not null,
  id uuid not null,
  session_id uuid,
  verdict text not null check (verdict in ('kept', 'merged', 'quarantined')),
  into_id uuid,
  cut int not null default 0, -- how many cutovers there were: who was merged before the last stays so
  primary key (table_name, id)
);
create index if not exists judged_session on takeover.judged (session_id);
create index if not exists judged_id on takeover.judged (id);

-- How an old row looked when it was carried: what did not change since is not carried over what the desk did.
create table if not exists takeover.seen (
  table_name text not null,
  id uuid not null,
  digest text not null,
  primary key (table_name, id)
);
create index if not exists seen_id on takeover.seen (id);

-- The first of the columns that holds a UUID.
create or replace function takeover.key_in(p_row jsonb, p_columns text) returns uuid
language sql immutable as $$
  select takeover.as_uuid(p_row ->> c.name) from unnest(string_to_array(p_columns, ',')) with ordinality c(name, place)
   where takeover.as_uuid(p_row ->> c.name) is not null order by c.place limit 1
$$;

create or replace function takeover.note() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_row jsonb;
  v_key uuid;
  v_last uuid;
begin
  -- Pairs of a kind and the columns that hold its key; the last is for a row that has none of them.
  foreach v_row in array case tg_op when 'INSERT' then array[to_jsonb(new)] when 'DELETE' then array[to_jsonb(old)]
                              else array[to_jsonb(old), to_jsonb(new)] end loop
    v_key := takeover.key_in(v_row, tg_argv[1]);
    if v_key is null and tg_nargs > 2 then
      insert into takeover.changes (kind, key)
      select tg_argv[2], k from takeover.key_in(v_row, tg_argv[3]) k where k is not null;
    elsif v_key is null and tg_argv[0] = 'staff' then
      insert into takeover.changes (kind, key) select 'staff', o.id from takeover.organizations o;
    elsif v_key <> v_last is not false then
      insert into takeover.changes (kind, key) select tg_argv[0], v_key where v_key is not null;
    end if;
    v_last := v_key;
  end loop;
  return null;
end $$;

create or replace function takeover.set_aside(p_table text, p_row_id text, p_organization uuid, p_row jsonb, p_reason text)
returns void language plpgsql as $$
begin
  insert into quarantine as q (table_name, row_id, organization_id, row, reason)
  values (p_table, p_row_id, p_organization, p_row, p_reason)
  on conflict (table_name, row_id) do update
    set organization_id = excluded.organization_id, row = excluded.row, reason = excluded.reason
    where (q.row, q.reason) is distinct from (excluded.row, excluded.reason);
end $$;

create or replace function takeover.unset(p_table text, p_row_ids text[]) returns void
language plpgsql as $$
begin
  delete from quarantine q where q.table_name = p_table and q.row_id = any(p_row_ids);
end $$;

-- One id for what the old tables only name: a room, the program of a session without one.
create or replace function takeover.made_id(p_what text, p_organization uuid, p_name text) returns uuid
language sql immutable as $$
  select md5('frontdesk ' || p_what || ' ' || p_organization || ' ' || p_name)::uuid
$$;

create or replace function takeover.spelling(p_text text) returns text
language sql immutable as $$
  select nullif(regexp_replace(lower(btrim(p_text)), '[\s-]+', '_', 'g'), '')
$$;

-- NULL where nothing was said. What is spelled as it will be is by far the most.
create or replace function takeover.as_status(p_text text) returns text
language sql immutable as $$
  select case
    when p_text in ('confirmed', 'attended', 'no_show', 'late_cancelled', 'cancelled', 'waitlisted') then p_text
    else case takeover.spelling(p_text)
      when 'attended' then 'attended' when 'completed' then 'attended' when 'complete' then 'attended'
      when 'checked_in' then 'attended' when 'present' then 'attended'
      when 'no_show' then 'no_show' when 'noshow' then 'no_show' when 'absent' then 'no_show'
      when 'late_cancelled' then 'late_cancelled' when 'late_canceled' then 'late_cancelled' when 'late_cancel' then 'late_cancelled'
      when 'cancelled' then 'cancelled' when 'canceled' then 'cancelled' when 'cancel' then 'cancelled'
      when 'waitlisted' then 'waitlisted' when 'waitlist' then 'waitlisted' when 'waiting' then 'waitlisted'
      else case when btrim(p_text) <> '' then 'confirmed' end end end
$$;

-- Two columns that disagree: what was never updated does not count, then what happened, then the first.
create or replace function takeover.booking_status(p_first text, p_second text, p_attended timestamptz, p_cancelled timestamptz)
returns text language plpgsql immutable as $$
declare
  a text := takeover.as_status(p_first);
  b text := takeover.as_status(p_second);
begin
  return case
    when coalesce(a, 'confirmed') = 'confirmed' then coalesce(nullif(b, 'confirmed'), 'confirmed')
    when coalesce(b, 'confirmed') = 'confirmed' or a = b then a
    when p_attended is not null then 'attended'
    when p_cancelled is not null then case when 'late_cancelled' in (a, b) then 'late_cancelled' else 'cancelled' end
    else a end;
end $$;

create or replace function takeover.payment_status(p_text text) returns text
language sql immutable as $$
  select case takeover.spelling(p_text)
    when 'paid' then 'paid' when 'succeeded' then 'paid' when 'paid_out' then 'paid' when 'completed' then 'paid'
    when 'comp' then 'comp' when 'complimentary' then 'comp' when 'free' then 'comp'
    when 'refunded' then 'refunded' when 'void' then 'void'
    else 'pending' end
$$;

-- The only organization there is, for what says none.
create or replace function takeover.only_organization() returns uuid
language sql stable as $$
  select case when count(*) = 1 then (array_agg(o.id))[1] end from takeover.organizations o
$$;

-- Functions of the old application get the sources and the search paths that let them find their tables.
create or replace function takeover.follow(p_routines jsonb) returns void
language plpgsql as $$
declare
  v record;
begin
  for v in select r.*, p.prosrc from jsonb_to_recordset(p_routines) r(oid oid, source text, path text) join pg_proc p on p.oid = r.oid loop
    if v.source is not null then
      execute replace(pg_get_functiondef(v.oid), v.prosrc, v.source);
    end if;
    if v.path is not null then
      execute format('alter routine %s set search_path = %s', v.oid::regprocedure, v.path);
    end if;
  end loop;
end $$;
