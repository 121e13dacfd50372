"""Each rule of the database has a sentence for staff, and each sentence a rule that says it."""

from __future__ import annotations

import re

from architecture.conftest import Ask

from db import errors, installation

# Answers of their own: what is due is worded with the price, and several together say it one by one.
ANSWERED = {"due", "together"}


def _raised() -> set[str]:
    text = "\n".join(path.read_text() for path in installation.FILES.glob("*.sql"))
    refused = re.findall(r"app\.refuse\('(\w+)'\)", text)
    raised = re.findall(r"\bconstraint = '(\w+)'", text)
    chosen = re.findall(r"\bconstraint = case when .* then '(\w+)' else '(\w+)' end", text)
    first_reason = re.findall(r"\bthen '(entitlement_\w+)'", text)
    return {*refused, *raised, *first_reason, *(name for pair in chosen for name in pair)}


def test_every_rule_has_a_sentence() -> None:
    assert len(_raised()) > 10
    assert _raised() - ANSWERED - set(errors.REFUSALS) == set()


def test_every_sentence_has_a_rule(ask: Ask) -> None:
    constraints = {name for (name,) in ask("select conname::text from pg_constraint where contype = 'c'")}
    indexes = {name for (name,) in ask("select relname::text from pg_class where relkind = 'i'")}
    assert set(errors.REFUSALS) - _raised() - constraints - indexes == set()


def test_a_rule_that_is_a_constraint_is_named_like_it(ask: Ask) -> None:
    """So that a plain INSERT, and a trigger that says it earlier, are told alike."""
    constraints = {name for (name,) in ask("select conname::text from pg_constraint")}
    indexes = {name for (name,) in ask("select relname::text from pg_class where relkind = 'i'")}
    assert {"class_sessions_seats", "check_customer_or_client_booking", "booking_comp_reason"} <= constraints
    assert {"bookings_one_live_lead", "bookings_one_live_client"} <= indexes


def test_sentences_say_what_to_do_now() -> None:
    for rule, sentence in errors.REFUSALS.items():
        assert len(sentence) <= 110, rule
        assert re.fullmatch(r"[A-Z][^.]*\.( [A-Z][^.]*\.)?", sentence), rule
