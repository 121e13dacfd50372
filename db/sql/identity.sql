-- Who is asking. The token is a setting of the transaction, sent as a bound parameter; everything else is
-- derived from it here. All helpers answer NULL unless the token is valid now: in an open REPEATABLE READ
-- transaction a revoked token would still be seen as valid, and a token is of no use in the transaction that
-- made it, so that 'begin; login; rollback' is no free guess.
-- plpgsql, since an SQL-language helper costs twice as much before PostgreSQL 18. Policies call these as
-- (select app.f()), so that they run once per statement.

create function app.token_hash() returns bytea
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    return null;
  end if;
  return sha256(convert_to(nullif(current_setting('app.token', true), ''), 'UTF8'));
end $$;

-- Whether the token of a password, which one of a PIN hangs on, has not ended.
create function app.stands(p_password_token bytea) returns boolean
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
    select from public.tokens t
     where t.token_hash = p_password_token and coalesce(t.revoked_at, 'infinity') > statement_timestamp());
end $$;

create function app.user_id() returns uuid
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  v_user uuid;
begin
  select t.user_id into v_user from public.tokens t
   where t.token_hash = app.token_hash()
     and not t.change_only
     and not t.asleep
     and coalesce(t.revoked_at, 'infinity') > statement_timestamp()
     and t.expires_at > statement_timestamp()
     and t.made_in is distinct from pg_current_xact_id_if_assigned()
     and (t.password_token is null or app.stands(t.password_token));
  return v_user;
end $$;

-- The organization of the transaction, if the user works there; NULL otherwise.
create function app.organization_id() returns uuid
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid;
begin
  select uo.organization_id into v_organization from public.user_organizations uo
   where uo.user_id = app.user_id()
     and uo.organization_id = nullif(current_setting('app.organization', true), '')::uuid
     and uo.is_active;
  return v_organization;
end $$;

-- The same, for what cannot be answered without: who has no valid token is told so.
create function app.signed_in_organization_id() returns uuid
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.organization_id();
begin
  if v_organization is null then
    raise invalid_authorization_specification using message = 'not signed in';
  end if;
  return v_organization;
end $$;

-- The user's rank in the organization of the transaction: owner, manager, staff, viewer.
create function app.rank() returns text
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  v_rank text;
begin
  select uo.role into v_rank from public.user_organizations uo
   where uo.user_id = app.user_id()
     and uo.organization_id = nullif(current_setting('app.organization', true), '')::uuid
     and uo.is_active;
  return v_rank;
end $$;

create function app.may_write() returns boolean
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(app.rank() in ('owner', 'manager', 'staff'), false);
end $$;

create function app.is_manager() returns boolean
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(app.rank() in ('owner', 'manager'), false);
end $$;

-- The organization of the transaction where the user may write, and where they manage; NULL elsewhere. One function
-- for both questions: asked apart, a statement that changes the setting between them would mix two organizations.
create function app.writing_organization_id() returns uuid
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  return case when app.may_write() then app.organization_id() end;
end $$;

create function app.managing_organization_id() returns uuid
language plpgsql stable parallel restricted set search_path = pg_catalog, pg_temp as $$
begin
  return case when app.is_manager() then app.organization_id() end;
end $$;

-- Whether those write who keep the tables: their owner, a superuser, the definer functions. A statement can give up
-- its role half-way, so the desk is whoever is none of these, and never the one who has a certain role.
create function app.is_keeper() returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return current_user = 'frontdesk_definer' or pg_has_role(current_user, 'frontdesk_owner', 'member');
end $$;

-- The installation that the token was made on; NULL without a valid token.
create function app.installation() returns uuid
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  v_installation uuid;
begin
  select t.installation into v_installation from public.tokens t
   where t.token_hash = app.token_hash() and app.user_id() is not null;
  return v_installation;
end $$;

-- The desk of this installation in the organization of the transaction, if it was opened there.
create function app.desk_id() returns uuid
language plpgsql stable security definer parallel restricted set search_path = pg_catalog, pg_temp as $$
declare
  v_desk uuid;
begin
  select d.id into v_desk from public.desks d
   where d.organization_id = app.organization_id() and d.id = app.installation();
  return v_desk;
end $$;

-- The revision of the tables and the digest of these files; needs no token. Whoever may act as a role can drop that
-- role's policies (DROP OWNED); nothing can be read then, and the next upgrade installs them again.
create function app.version() returns table (revision text, digest text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select v.version_num::text,
         case when exists (select from pg_policy p where 'frontdesk_staff'::regrole = any (p.polroles))
           then obj_description('app'::regnamespace, 'pg_namespace') end
    from public.alembic_version v
$$;

create function app.my_organizations()
returns table (id uuid, name text, timezone text, currency text, rank text, idle_minutes integer)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_user uuid := app.user_id();
begin
  if v_user is null then
    raise invalid_authorization_specification using message = 'not signed in';
  end if;
  return query
    select o.id, o.name, o.timezone, o.currency, uo.role, o.idle_minutes
      from public.user_organizations uo
      join public.organizations o on o.id = uo.organization_id
     where uo.user_id = v_user and uo.is_active
     order by o.name, o.id;
end $$;

create function app.open_desk(p_name text) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  v_organization uuid := app.signed_in_organization_id();
begin
  if app.rank() = 'viewer' then
    return; -- who only looks on needs no desk
  end if;
  insert into public.desks (organization_id, id, name)
  values (v_organization, app.installation(), p_name)
  on conflict (organization_id, id) do update set name = excluded.name where desks.name <> excluded.name;
end $$;
