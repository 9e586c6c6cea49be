"""Recipes: overrides, near-match hints, impossible sizes."""

from __future__ import annotations

import pytest

from train.errors import RecipeError
from train.pretrain import tokenizer
from train.pretrain.flops import matrix_weights, parameters, training_flops
from train.pretrain.learning_rate import rate_at
from train.pretrain.recipe import ModelShape, Recipe


@pytest.mark.parametrize("name", Recipe.names())
def test_every_built_in_recipe_loads(name: str) -> None:
    assert Recipe.load(name).name == name


@pytest.mark.parametrize("name", Recipe.names())
def test_every_built_in_recipe_has_room_for_its_tokenizers_tokens(name: str) -> None:
    pytest.importorskip("tokenizers")
    # The recipe "tiny" of the README did not, and the command that it stands in failed.
    recipe = Recipe.load(name)
    assert recipe.model.vocab >= tokenizer.load(recipe.data.tokenizer).get_vocab_size()


def test_an_override_wins_and_changes_the_digest() -> None:
    changed = Recipe.load("tiny", ["optim.lr=1e-3"])
    assert changed.optim.lr == 0.001
    assert changed.digest != Recipe.load("tiny").digest


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("model.hiden=64", "did you mean 'model.hidden'"),
        ("optim.kind=sgd", "should be 'muon' or 'adamw'"),
        ("model.layers=two", "model.layers cannot be 'two': it should be a valid integer"),
        ("model.heads=3", "do not divide"),
        ("data.max_length=9999", "exceeds"),
        ("nonsense", "write it as key=value"),
    ],
)
def test_a_bad_override_says_what_to_do(override: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        Recipe.load("tiny", [override])


def test_flops_follow_the_six_n_rule_plus_attention() -> None:
    shape = ModelShape()
    assert parameters(shape) == 18_790_528
    assert training_flops(shape, 10, 0) == 60 * matrix_weights(shape)
    assert training_flops(shape, 0, 100) == 6 * 10 * 384 * 100


def test_the_rate_warms_up_stays_and_falls_to_zero() -> None:
    rates = [rate_at(step / 100, step, warmup_steps=10, decay_fraction=0.4) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert set(rates[10:60]) == {1.0}
    assert rates[60:] == sorted(rates[60:], reverse=True)
    assert rates[-1] == 0.0
