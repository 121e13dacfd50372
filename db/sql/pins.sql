-- A PIN opens a locked desk again for somebody who has signed in there by password.
-- A PIN is weak, so it proves nothing by itself: it is asked of whoever holds the token that the password made, which
-- nobody knows but the desk where it was typed. No function here takes a user, an e-mail or an installation. A desk
-- puts that token to sleep when it is locked or the user is switched: from then on it is good for nothing but this.
-- What the PIN opens is a token of its own that hangs on the password's: it has its installation, ends no later, and
-- ends with it. Five wrong PINs for one password, however many right ones came in between and whatever was rolled
-- back, and only the password helps: so a longer lock is not needed, and nobody else can use up anybody's tries.
-- The order is that of sign_in.sql: asked and counted in one transaction, answered in a later one, which betrays
-- nothing before it is committed.

-- The token of the transaction, asleep or not, if a password made it and it has not ended.
create function app.password_token() returns public.tokens
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_token public.tokens;
begin
  select * into v_token from public.tokens t
   where t.token_hash = app.token_hash()
     and t.password_token is null
     and not t.change_only
     and coalesce(t.revoked_at, 'infinity') > statement_timestamp()
     and t.expires_at > statement_timestamp()
     and t.made_in is distinct from pg_current_xact_id_if_assigned();
  return v_token;
end $$;

-- A password's token wakes no more and is good for a PIN only; one of a PIN is good for nothing.
create function app.sleep() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update public.tokens t set asleep = true
   where t.token_hash = app.token_hash()
     and t.made_in is distinct from pg_current_xact_id_if_assigned();
end $$;

-- The salt for the PIN, and how many tries are left after this one, none and no salt when they are used up. Who has
-- no PIN gets a salt as well, always the same. The tries that fitted are not counted against the five; they are seen
-- by the tokens that they made.
create function app.pin_challenge() returns table (salt bytea, tries_left integer)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c_tries constant int := 5;
  v_token public.tokens := app.password_token();
  v_made_up bytea;
  v_left int;
begin
  if v_token.token_hash is null then
    raise invalid_authorization_specification using message = 'not signed in';
  end if;
  update public.tokens t
     set pin_tries = t.pin_tries + 1, pin_asked_in = pg_current_xact_id(), pin_asked_at = clock_timestamp()
   where t.token_hash = v_token.token_hash
     and t.pin_tries < c_tries + app.pins_that_fitted(v_token)
  returning c_tries + app.pins_that_fitted(v_token) - t.pin_tries into v_left;
  if not found then
    return query select null::bytea, 0;
    return;
  end if;
  v_made_up := (
    select substr(sha256(s.value || uuid_send(v_token.user_id)), 1, 16) from public.secrets s where s.name = 'salt');
  return query
    select coalesce(u.pin_salt, v_made_up), v_left from public.users u where u.id = v_token.user_id;
end $$;

create function app.pins_that_fitted(p_token public.tokens) returns integer
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select count(*)::int from public.tokens t
   where t.user_id = p_token.user_id and t.password_token = p_token.token_hash and t.revoked_at > '-infinity'
     and t.made_in is distinct from pg_current_xact_id_if_assigned()
$$;

-- A failure's token is born revoked, as in login().
create function app.pin_login(p_proof bytea, p_token_hash bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_token public.tokens := app.password_token();
  v_user public.users;
  v_fits boolean;
begin
  update public.tokens t set pin_asked_in = null
   where t.token_hash = v_token.token_hash
     and t.pin_asked_at > clock_timestamp() - interval '2 minutes'
     and t.pin_asked_in <> coalesce(pg_current_xact_id_if_assigned(), '0');
  if not found then
    return;
  end if;
  select * into v_user from public.users u where u.id = v_token.user_id for key share;
  v_fits := coalesce(v_user.pin_key = sha256(p_proof) and not v_user.must_change, false);
  insert into public.tokens (token_hash, user_id, installation, made_in, expires_at, revoked_at, password_token)
  values (p_token_hash, v_token.user_id, v_token.installation, pg_current_xact_id(), v_token.expires_at,
          case when v_fits then 'infinity'::timestamptz else '-infinity' end, v_token.token_hash);
end $$;

-- Set or, with NULL, remove one's own PIN: only with a token that a password made just now, so never with one that
-- a PIN opened. Whatever the old PIN opened anywhere ends; the row's lock waits for what is under way with it.
-- What the digits are cannot be seen here: the desk refuses those that are guessed first.
create function app.set_pin(p_salt bytea, p_key bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  v_user uuid;
begin
  select t.user_id into v_user from public.tokens t
   where t.token_hash = app.token_hash() and t.user_id = app.user_id() and t.password_token is null
     and t.made_at > clock_timestamp() - interval '10 minutes';
  if not found then
    raise insufficient_privilege using message = 'sign in again to change the PIN';
  end if;
  if num_nulls(p_salt, p_key) = 1 or length(p_key) <> 32 or length(p_salt) <> 16 then
    raise invalid_parameter_value using message = 'not a salt and a key';
  end if;
  perform from public.users u where u.id = v_user for update;
  update public.users u set pin_salt = p_salt, pin_key = p_key where u.id = v_user;
  update public.tokens t set revoked_at = clock_timestamp()
   where t.user_id = v_user and t.password_token is not null
     and coalesce(t.revoked_at, 'infinity') > clock_timestamp();
end $$;
