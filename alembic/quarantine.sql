create table if not exists {schema}.quarantine (
  id uuid primary key default gen_random_uuid(),
  organization_id uuid,
  table_name text not null,
  row_id text not null,
  row jsonb not null,
  reason text not null,
  quarantined_at timestamptz not null default now(),
  resolved_at timestamptz,
  unique (table_name, row_id)
);
