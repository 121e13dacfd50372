-- Signing in: a challenge, then a proof, each in a transaction of its own.
-- A challenge counts as a failure when it is made, and login() takes it only in a later transaction: so a
-- failure counts although the caller rolls back or hangs up. login() returns nothing, and success differs from
-- failure in one value of one row alone, as wide and as unindexed in both: so neither rows nor locks nor counters nor
-- the length of the log betray it before the commit. Whether it succeeded is seen only by using the token, later.
-- The proof is scrypt(password, salt), made by the client; what is stored is its sha256.

create function app.login_digest(p_email text) returns bytea
language sql stable set search_path = pg_catalog, pg_temp as $$
  select sha256(convert_to(lower(btrim(p_email)), 'UTF8'))
$$;

-- Challenges are forgotten after two days, failures a day after the last one or the end of the lock (a day at the
-- most), tokens a month after their end; a few at a time, and none that somebody holds.
create function app.forget_sign_ins() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c_most constant int := 100;
begin
  with old as (
    delete from public.sign_in_challenges c where c.id in (
      select o.id from public.sign_in_challenges o where o.made_at < now() - interval '2 days'
       order by o.made_at limit c_most for update skip locked)
    returning c.login_digest)
  delete from public.sign_ins s where s.login_digest in (
    select f.login_digest from public.sign_ins f
     where f.login_digest in (select old.login_digest from old)
       and greatest(f.last_at, f.locked_until) < now() - interval '1 day'
       for update skip locked);
  delete from public.tokens t where t.token_hash in (
    select o.token_hash from public.tokens o where o.expires_at < now() - interval '30 days'
     order by o.expires_at limit c_most for update skip locked);
end $$;

-- The user of that e-mail, or for an unknown one somebody, always the same: what is done for either is alike.
create function app.user_to_challenge(p_email text, p_digest bytea) returns public.users
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_about uuid := encode(substr(p_digest, 1, 16), 'hex')::uuid;
  v_user public.users;
begin
  select u.* into v_user from (
    (select * from public.users where lower(email) = lower(btrim(p_email)))
    union all (select * from public.users where id >= v_about order by id limit 1)
    union all (select * from public.users order by id limit 1)
  ) u limit 1;
  return v_user;
end $$;

-- How long the lock of that number lasts: 5 minutes, 15, 45, and three times as long each time, up to a day.
create function app.lock_of(p_number integer) returns interval
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select least(interval '5 minutes' * 3 ^ least(p_number - 1, 9), interval '24 hours')
$$;

-- An unknown e-mail gets a salt as well, always the same, and locks like a known one. Only a password's success ends
-- the counting: a PIN typed in between does not.
create function app.login_challenge(p_email text)
returns table (challenge_id uuid, salt bytea, locked_for interval)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c_tries constant int := 5;
  c_forgotten constant interval := '15 minutes';
  c_forgiven constant interval := '1 day';
  v_digest bytea := app.login_digest(p_email);
  v_user public.users := app.user_to_challenge(p_email, v_digest);
  v_known boolean := coalesce(app.login_digest(v_user.email) = v_digest, false);
  v_made_up bytea := (select substr(sha256(s.value || v_digest), 1, 16) from public.secrets s where s.name = 'salt');
  v_sign_in public.sign_ins;
  v_passed boolean;
  v_locks boolean;
begin
  insert into public.sign_ins as s (login_digest, failures, last_at) values (v_digest, 0, clock_timestamp())
  on conflict (login_digest) do update set last_at = s.last_at
  returning * into v_sign_in;
  v_passed := exists (
    select from public.tokens t
     where t.user_id = v_user.id and t.made_at >= v_sign_in.last_at and t.revoked_at > '-infinity'
       and t.password_token is null
       and t.made_in is distinct from pg_current_xact_id_if_assigned());
  if v_known and v_passed then
    v_sign_in.failures := 0;
    v_sign_in.locks := 0;
  elsif v_sign_in.locked_until > clock_timestamp() then
    return query select null::uuid, '\x'::bytea, v_sign_in.locked_until - clock_timestamp();
    return;
  elsif v_sign_in.locked_until is not null or v_sign_in.last_at < clock_timestamp() - c_forgotten then
    v_sign_in.failures := 0;
    if greatest(v_sign_in.last_at, v_sign_in.locked_until) < clock_timestamp() - c_forgiven then
      v_sign_in.locks := 0;
    end if;
  end if;
  v_locks := v_sign_in.failures + 1 >= c_tries;
  update public.sign_ins s
     set failures = v_sign_in.failures + 1, last_at = clock_timestamp(),
         locks = v_sign_in.locks + v_locks::int,
         locked_until = case when v_locks then clock_timestamp() + app.lock_of(v_sign_in.locks + 1) end
   where s.login_digest = v_digest;
  perform app.forget_sign_ins();
  return query
    insert into public.sign_in_challenges as c (login_digest, user_id, made_in)
    values (v_digest, v_user.id, pg_current_xact_id())
    returning c.id, coalesce(case when v_known then v_user.salt end, v_made_up), null::interval;
end $$;

-- A failure's token is born revoked, a success's never is: two values of one width.
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
  if not found then
    return;
  end if;
  -- Locked before it is looked at: a token may be made to wait (for another of its hash) while the password changes.
  select * into v_user from public.users u where u.id = v_challenge.user_id for key share;
  v_fits := coalesce(
    v_user.stored_key = sha256(p_proof) and app.login_digest(v_user.email) = v_challenge.login_digest, false);
  insert into public.tokens (token_hash, user_id, installation, made_in, expires_at, change_only, revoked_at)
  values (p_token_hash, v_user.id, p_installation, pg_current_xact_id(), statement_timestamp() + interval '12 hours',
          coalesce(v_user.must_change, false), case when v_fits then 'infinity'::timestamptz else '-infinity' end);
end $$;

-- Who is signed in; also with a one-time password, whose token can do nothing else but change it.
create function app.profile()
returns table (user_id uuid, name text, email text, installation uuid, expires_at timestamptz, must_change boolean,
  pin boolean)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select u.id, u.name, u.email, t.installation, t.expires_at, t.change_only, u.pin_key is not null
      from public.tokens t
      join public.users u on u.id = t.user_id
     where t.token_hash = app.token_hash()
       and not t.asleep
       and coalesce(t.revoked_at, 'infinity') > statement_timestamp()
       and t.expires_at > statement_timestamp()
       and t.made_in is distinct from pg_current_xact_id_if_assigned()
       and (t.password_token is null or app.stands(t.password_token));
end $$;

-- Only with a token made by a password just now; every other token of the user ends, and the row's lock waits for
-- the sign-ins under way, so that one with the old password cannot outlive it.
create function app.change_password(p_salt bytea, p_key bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_token public.tokens;
begin
  select t.* into v_token from app.profile() p join public.tokens t on t.user_id = p.user_id
   where t.token_hash = app.token_hash() and t.password_token is null
     and t.made_at > clock_timestamp() - interval '10 minutes';
  if not found then
    raise insufficient_privilege using message = 'sign in again to change the password';
  end if;
  if length(p_key) <> 32 or length(p_salt) <> 16 then
    raise invalid_parameter_value using message = 'not a salt and a key';
  end if;
  perform from public.users u where u.id = v_token.user_id for update;
  update public.users u set salt = p_salt, stored_key = p_key, must_change = false where u.id = v_token.user_id;
  update public.tokens t
     set change_only = false,
         revoked_at = case when t.token_hash = v_token.token_hash then t.revoked_at else clock_timestamp() end
   where t.user_id = v_token.user_id and coalesce(t.revoked_at, 'infinity') > clock_timestamp();
end $$;

-- With a PIN's token too the password's ends, and with it every other one that hangs on it.
create function app.sign_out() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_token public.tokens;
begin
  select * into v_token from public.tokens t
   where t.token_hash = app.token_hash() and coalesce(t.revoked_at, 'infinity') > clock_timestamp()
     and t.made_in is distinct from pg_current_xact_id_if_assigned();
  update public.tokens t set revoked_at = clock_timestamp()
   where t.token_hash in (v_token.token_hash, v_token.password_token)
     and coalesce(t.revoked_at, 'infinity') > clock_timestamp();
end $$;
