"""Everything that talks to Postgres; knows neither the app nor Textual."""
