-- Signing in: a challenge, then a proof, each in a transaction of its own.
-- A challenge counts as a failure when it is made, and login() takes it only in a later transaction: so a
-- failure counts although the caller rolls back or hangs up. login() returns nothing and writes the same rows
-- whether it succeeds or fails: whether it did is seen only by using the token, after the commit.
-- The proof is scrypt(password, salt), made by the client; what is stored is its sha256.

create function app.login_digest(p_email text) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha256(convert_to(lower(btrim(p_email)), 'UTF8'))
$$;

-- An unknown e-mail gets a salt as well, always the same, and locks like a known one.
create function app.login_challenge(p_email text)
returns table (challenge_id uuid, salt bytea, locked_until timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c_tries constant int := 5;
  c_lock constant interval := '5 minutes';
  c_forgotten constant interval := '15 minutes';
  v_digest bytea := app.login_digest(p_email);
  v_user public.users;
  v_sign_in public.sign_ins;
begin
  insert into public.sign_ins as s (login_digest, failures, last_at) values (v_digest, 0, clock_timestamp())
  on conflict (login_digest) do update set last_at = s.last_at
  returning * into v_sign_in;
  if v_sign_in.locked_until > clock_timestamp() then
    return query select null::uuid, '\x'::bytea, v_sign_in.locked_until;
    return;
  end if;
  if v_sign_in.locked_until is not null or v_sign_in.last_at < clock_timestamp() - c_forgotten then
    v_sign_in.failures := 0;
  end if;
  update public.sign_ins s
     set failures = v_sign_in.failures + 1, last_at = clock_timestamp(),
         locked_until = case when v_sign_in.failures + 1 >= c_tries then clock_timestamp() + c_lock end
   where s.login_digest = v_digest;
  delete from public.sign_in_challenges c where c.made_at < now() - interval '1 day';
  delete from public.tokens t where t.expires_at < now() - interval '30 days';
  select * into v_user from public.users u where lower(u.email) = lower(btrim(p_email));
  return query
    insert into public.sign_in_challenges as c (login_digest, user_id, made_in)
    values (v_digest, v_user.id, pg_current_xact_id())
    returning c.id,
      coalesce(v_user.salt, substr(sha256((select s.value from public.secrets s where s.name = 'salt') || v_digest), 1, 16)),
      null::timestamptz;
end $$;

create function app.login(p_challenge uuid, p_proof bytea, p_token_hash bytea, p_installation uuid) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_challenge public.sign_in_challenges;
  v_user public.users;
  v_fits boolean;
begin
  update public.sign_in_challenges c set used = true
   where c.id = p_challenge
     and not c.used
     and c.made_at > clock_timestamp() - interval '2 minutes'
     and c.made_in is distinct from pg_current_xact_id_if_assigned()
  returning * into v_challenge;
  select * into v_user from public.users u where u.id = v_challenge.user_id;
  v_fits := coalesce(v_challenge.id is not null and v_user.stored_key = sha256(p_proof), false);
  insert into public.tokens (token_hash, user_id, installation, made_in, expires_at, change_only)
  values (p_token_hash, case when v_fits then v_user.id end, p_installation, pg_current_xact_id(),
          statement_timestamp() + interval '12 hours', coalesce(v_user.must_change, false));
  update public.sign_ins s
     set failures = case when v_fits then 0 else s.failures end,
         locked_until = case when v_fits then null else s.locked_until end
   where s.login_digest = v_challenge.login_digest;
end $$;

-- Who is signed in; also with a one-time password, whose token can do nothing else but change it.
create function app.profile()
returns table (user_id uuid, name text, email text, installation uuid, expires_at timestamptz, must_change boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select u.id, u.name, u.email, t.installation, t.expires_at, t.change_only
      from public.tokens t
      join public.users u on u.id = t.user_id
     where t.token_hash = app.token_hash()
       and t.revoked_at is null
       and t.expires_at > statement_timestamp()
       and t.made_in is distinct from pg_current_xact_id_if_assigned();
end $$;

-- Only with a token made by a password just now; every other token of the user ends.
create function app.change_password(p_salt bytea, p_key bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_token public.tokens;
begin
  select t.* into v_token from app.profile() p join public.tokens t on t.user_id = p.user_id
   where t.token_hash = app.token_hash() and t.made_at > clock_timestamp() - interval '10 minutes';
  if not found then
    raise insufficient_privilege using message = 'sign in again to change the password';
  end if;
  if length(p_key) <> 32 or length(p_salt) < 16 then
    raise invalid_parameter_value using message = 'not a salt and a key';
  end if;
  update public.users u set salt = p_salt, stored_key = p_key, must_change = false where u.id = v_token.user_id;
  update public.tokens t
     set change_only = false,
         revoked_at = case when t.token_hash = v_token.token_hash then t.revoked_at else clock_timestamp() end
   where t.user_id = v_token.user_id and t.revoked_at is null;
end $$;

create function app.sign_out() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update public.tokens t set revoked_at = clock_timestamp()
   where t.token_hash = app.token_hash() and t.revoked_at is null;
end $$;
