"""Rows of training data: one record, one reader and one writer for all that make, check and learn from them."""

from solver.training_rows.preference import (
    PREFERENCE_FORMS,
    Preference,
    PreferenceForm,
    dpo_row,
    kto_rows,
    read_learnt,
    read_preference,
)
from solver.training_rows.reader import (
    RowError,
    announced,
    contradiction,
    is_question,
    read_object,
    read_rows,
    refused_beside,
)
from solver.training_rows.row import FORMS, Form, Message, TrainingRow, alpaca_row, contest_rows, messages_row

__all__ = [
    "FORMS",
    "PREFERENCE_FORMS",
    "Form",
    "Message",
    "Preference",
    "PreferenceForm",
    "RowError",
    "TrainingRow",
    "alpaca_row",
    "announced",
    "contest_rows",
    "contradiction",
    "dpo_row",
    "is_question",
    "kto_rows",
    "messages_row",
    "read_learnt",
    "read_object",
    "read_preference",
    "read_rows",
    "refused_beside",
]
