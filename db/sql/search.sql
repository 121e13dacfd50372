-- One search document per person, and who matches what was typed.
-- LIKE and the trigram operators are not leakproof, so under a policy their index is not used; the definer
-- function (app.find) checks the membership itself, takes no organization argument, and its own policy folds away.

-- One folding for documents and queries: case, accents, compatibility forms, the final sigma.
create function app.fold(p_text text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select translate(lower(ext.unaccent('ext.unaccent', normalize(coalesce(p_text, ''), NFKC))), 'ς', 'σ')
$$;

-- Folded words: an apostrophe joins (O'Brien is obrien), a hyphen parts.
create function app.words(p_text text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select btrim(regexp_replace(regexp_replace(app.fold(p_text), '[''’‘`´ʼ"]', '', 'g'), '[-‐–_,;/\s[:cntrl:]]+', ' ', 'g'))
$$;

create function app.digits(p_text text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select regexp_replace(coalesce(normalize(p_text, NFKC), ''), '[^0-9]', '', 'g')
$$;

-- What of a person is searched: the words of the name, the digits of the phone, the words of the e-mail.
create function app.document(p_name text, p_phone text, p_email text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select ' ' || concat_ws(' ', app.words(p_name), nullif(app.digits(p_phone), ''), nullif(app.words(p_email), ''))
$$;

-- Who can be found: nobody erased, and a converted lead only as its client.
create function app.shows(p_erased_at timestamptz, p_lead_status text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select p_erased_at is null and p_lead_status is distinct from 'converted'
$$;

create function app.keep_search_document() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if tg_op = 'DELETE' then
    delete from public.search_documents d where d.organization_id = old.organization_id and d.person_id = old.id;
    return null;
  end if;
  if not app.shows(new.erased_at, case when tg_argv[0] = 'lead' then to_jsonb(new) ->> 'status' end) then
    delete from public.search_documents d where d.organization_id = new.organization_id and d.person_id = new.id;
    return null;
  end if;
  insert into public.search_documents as d (organization_id, person_id, kind, name, document)
  values (new.organization_id, new.id, tg_argv[0], app.words(new.name), app.document(new.name, new.phone, new.email))
  on conflict (organization_id, person_id) do update
    set name = excluded.name, document = excluded.document
    where d.document <> excluded.document or d.name <> excluded.name;
  if tg_op = 'UPDATE' then
    perform app.keep_habits_of(new.organization_id, new.id); -- of whom can be found again
  end if;
  return null;
end $$;

-- Of all the people that one statement adds. One id is one person's: that a lead has a client's, the key refuses.
create function app.add_search_documents() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into public.search_documents (organization_id, person_id, kind, name, document)
  select a.organization_id, a.id, tg_argv[0], app.words(a.name), app.document(a.name, a.phone, a.email)
    from added a where app.shows(a.erased_at, to_jsonb(a) ->> 'status');
  return null;
end $$;

create trigger keep_search_document after delete or update of name, phone, email, erased_at, status
  on public.leads for each row execute function app.keep_search_document('lead');
create trigger keep_search_document after delete or update of name, phone, email, erased_at
  on public.clients for each row execute function app.keep_search_document('client');
create trigger add_search_documents after insert on public.leads referencing new table as added
  for each statement execute function app.add_search_documents('lead');
create trigger add_search_documents after insert on public.clients referencing new table as added
  for each statement execute function app.add_search_documents('client');

-- The LIKE pattern of one typed word: two letters match the start of a word, three match anywhere. A word of
-- digits is a phone number, whose leading zero stands for the country that the stored one may name, and of a long
-- one the end alone is looked for.
create function app.pattern(p_word text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select case
    when p_word ~ '^[+()./0-9]*[0-9][+()./0-9]*$' then
      '%' || case when length(app.digits(p_word)) > 3 then right(ltrim(app.digits(p_word), '0'), 9) else app.digits(p_word) end || '%'
    when length(p_word) < 3 then '% ' || app.literal_pattern(p_word) || '%'
    else '%' || app.literal_pattern(p_word) || '%'
  end
$$;

-- A whole phone number, however it is spaced.
create function app.is_number(p_text text) returns boolean
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select p_text ~ '^[-+()./0-9[:space:]]+$' and length(app.digits(p_text)) >= 9
$$;

create function app.literal_pattern(p_text text) returns text
language sql immutable parallel safe set search_path = pg_catalog, pg_temp as $$
  select replace(replace(replace(p_text, '\', '\\'), '%', '\%'), '_', '\_')
$$;

-- Everybody who matches, or the likest ones where nobody does. The whole name fits best (0), the starts of its words (1)
-- better than what stands inside a word, in an e-mail or a number (2); `place` is finer: the start of the name before
-- the starts of other words.
create function app.matching(p_organization uuid, p_words text)
returns table (person_id uuid, name text, last_visit_on date, usual int[], fit int, place int)
language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  c_words constant int := 8;
  c_resembling constant int := 50;
  v_words text[] := (string_to_array(p_words, ' '))[1:c_words];
  p text[] := (select array_agg(app.pattern(w)) from unnest(v_words) w);
  v_starts text[] := (select array_agg('% ' || app.literal_pattern(w) || '%') from unnest(v_words) w);
  v_start text := app.literal_pattern(p_words) || '%';
begin
  return query
    select d.person_id, d.name, d.last_visit_on, d.usual,
           case when d.name = p_words then 0 when ' ' || d.name like all (v_starts) then 1 else 2 end,
           case when d.name like v_start then 0 when d.document like all (v_starts) then 1 else 2 end
      from public.search_documents d
     where d.organization_id = p_organization
       and d.document like p[1]
       and (p[2] is null or d.document like p[2])
       and (p[3] is null or d.document like p[3])
       and (p[4] is null or d.document like p[4])
       and (p[5] is null or d.document like p[5])
       and (p[6] is null or d.document like p[6])
       and (p[7] is null or d.document like p[7])
       and (p[8] is null or d.document like p[8]);
  if not found then
    return query select * from app.resembling(p_organization, p_words, c_resembling);
  end if;
end $$;

-- How many letters part what was typed from a name: word by word, or as one run, since a space is mistyped too.
create function app.edits(p_words text[], p_name text) returns int
language plpgsql immutable parallel safe set search_path = pg_catalog, ext, pg_temp
set plan_cache_mode = force_generic_plan as $$
declare
  c_longest constant int := 80;
  v_names text[] := string_to_array(p_name, ' ');
  v_apart int := levenshtein_less_equal(
    left(array_to_string(p_words, ''), c_longest), left(replace(p_name, ' ', ''), c_longest), 4);
  v_sum int := 0;
begin
  for i in 1 .. array_length(p_words, 1) loop
    v_sum := v_sum + (select min(levenshtein_less_equal(p_words[i], left(n, c_longest), 3)) from unnest(v_names) n);
    exit when v_sum >= v_apart;
  end loop;
  return least(v_sum, v_apart);
end $$;

-- Those who nearly match, nearest first: each typed word resembles a word of the name, or all of it the whole name.
-- Two or three letters share no trigram with themselves swapped, so a short name is also looked for that way.
create function app.resembling(p_organization uuid, p_words text, p_most int)
returns table (person_id uuid, name text, last_visit_on date, usual int[], fit int, place int)
language plpgsql stable set search_path = pg_catalog, ext, pg_temp set plan_cache_mode = force_custom_plan
set random_page_cost = 1.1 set pg_trgm.word_similarity_threshold = 0.2 set pg_trgm.similarity_threshold = 0.3 as $$
declare
  c_longest constant int := 40;
  c_weighed constant int := 300; -- letters are compared for the likest ones alone: it costs ten times the trigrams
  v_words text[] := (select array_agg(left(w, c_longest)) from unnest(string_to_array(p_words, ' ')) w);
  p text[] := v_words[1:4];
  v_whole text := case when p[2] is not null then p_words end;
  v_swapped text[] := case when length(p_words) in (2, 3) then array[
    '% ' || app.literal_pattern(substr(p_words, 2, 1) || substr(p_words, 1, 1) || substr(p_words, 3)) || '%',
    '% ' || app.literal_pattern(substr(p_words, 1, 1) || reverse(substr(p_words, 2))) || '%'] end;
begin
  return query
    select n.person_id, n.name, n.last_visit_on, n.usual, n.edits, 0
      from (
        select c.*, app.edits(v_words, c.name) as edits from (
          select o.person_id, o.name, o.last_visit_on, o.usual, max(o.alike) as alike from (
            select d.*, word_similarity(p_words, d.name) as alike
              from public.search_documents d
             where d.organization_id = p_organization
               and p[1] <% d.name
               and (p[2] is null or p[2] <% d.name)
               and (p[3] is null or p[3] <% d.name)
               and (p[4] is null or p[4] <% d.name)
             union all
            select d.*, word_similarity(p_words, d.name)
              from public.search_documents d
             where d.organization_id = p_organization and v_whole % d.name
             union all
            select d.*, 1
              from public.search_documents d
             where d.organization_id = p_organization and (d.document like v_swapped[1] or d.document like v_swapped[2])
          ) o
           group by 1, 2, 3, 4
           order by alike desc, o.name, o.person_id
           limit c_weighed
        ) c
      ) n
     where n.edits <= 2 * array_length(v_words, 1)
     order by n.edits, n.alike desc, n.name, n.person_id
     limit p_most;
end $$;
