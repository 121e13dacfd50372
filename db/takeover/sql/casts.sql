-- What an old column says, whatever its type: NULL where it cannot be read. None of these ever fails, so that one odd
-- row stops nothing, neither a take-over nor a statement of the old application.

create or replace function takeover.as_uuid(p_text text) returns uuid
language sql immutable parallel safe as $$
  select case when p_text ~* '^[\s{]*([0-9a-f]{4}-?){7}[0-9a-f]{4}[\s}]*$' then btrim(p_text, E' \t\n\r\f\v{}')::uuid end
$$;

create or replace function takeover.as_int(p_text text) returns int
language sql immutable parallel safe as $$
  select case when p_text ~ '^\s*[+-]?\d{1,12}(\.\d*)?\s*$' and abs(p_text::numeric) < 2147483647 then round(p_text::numeric)::int end
$$;

-- An amount of money in minor units; signs of a currency and commas are not read.
create or replace function takeover.as_pence(p_text text, p_times int) returns int
language sql immutable parallel safe as $$
  select case when said ~ '^-?\d{1,9}(\.\d*)?$' and abs(said::numeric * p_times) < 2147483647 then round(said::numeric * p_times)::int end
    from (select replace(regexp_replace(regexp_replace(p_text, '[^0-9.,-]', '', 'g'), '^(-?\d+),(\d\d)$', '\1.\2'), ',', '')) t(said)
$$;

create or replace function takeover.as_boolean(p_text text) returns boolean
language sql immutable parallel safe as $$
  select case when said in ('t', 'true', 'y', 'yes', 'on', '1', 'active') then true
              when said in ('f', 'false', 'n', 'no', 'off', '0', 'inactive') then false end
    from (select lower(btrim(p_text, E' \t\n\r'))) t(said)
$$;

create or replace function takeover.as_timestamptz(p_text text) returns timestamptz
language plpgsql stable as $$
begin
  return p_text::timestamptz;
exception when data_exception then
  return null;
end $$;

create or replace function takeover.as_date(p_text text) returns date
language plpgsql stable as $$
begin
  return p_text::timestamptz::date;
exception when data_exception then
  return null;
end $$;

-- A moment that a calendar can show.
create or replace function takeover.shown(p_at timestamptz) returns timestamptz
language sql immutable parallel safe as $$
  select case when p_at > '0100-01-01 00:00Z' and p_at < '9000-01-01 00:00Z' then p_at end
$$;

create or replace function takeover.shown(p_on date) returns date
language sql immutable parallel safe as $$
  select case when p_on > '0100-01-01' and p_on < '9000-01-01' then p_on end
$$;
