"""The model that learns: the same log-probabilities however rows share a pass, and a base that is never touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.lora_runs import needs_trl

torch = needs_trl()

# ruff: noqa: E402  the skips above must come first
from tests.support.tiny_model import tiny_model
from train.grpo.loop.loss import clipped_loss
from train.grpo.loop.policy import Policy, Row
from train.grpo.recipe import GrpoLoss, GrpoRecipe
from train.lora import attention
from train.lora.preparation import look_at
from train.pretrain.attention import dense

pytestmark = pytest.mark.filterwarnings("ignore")
ROWS = [Row(range(30, 30 + length), prompt) for length, prompt in ((9, 4), (17, 3), (5, 4), (12, 11))]


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    base = tiny_model(tmp_path_factory.mktemp("policy") / "tiny")
    recipe = GrpoRecipe.load("embedded-grpo", [f"base.model={base}", "lora.rank=4", "lora.alpha=8"])
    # The reference's kernel, under the name of FlashAttention, which needs a GPU.
    attention.register(kernel=dense)
    torch.backends.cuda.enable_cudnn_sdp(True)
    made = Policy(recipe, look_at(recipe, None), use_cpu=True)
    for name, value in made.parameters.items():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.05)
    return made


def _under(policy: Policy, name: str, rows: list[Row]) -> Any:
    policy.is_packed = name == attention.VARLEN
    policy.model.get_base_model().set_attn_implementation(name)
    with torch.no_grad():
        return policy.logprobs(rows, 0.9)


def test_packs_padded_rows_and_single_rows_give_the_same_numbers(policy: Policy) -> None:
    alone = torch.cat([_under(policy, "sdpa", [row]) for row in ROWS])
    assert alone.shape == (sum(len(row.ids) - row.prompt_length for row in ROWS),)
    assert torch.allclose(_under(policy, "sdpa", ROWS), alone, atol=1e-5)
    assert torch.allclose(_under(policy, attention.VARLEN, ROWS), alone, atol=1e-5)


def test_rows_are_padded_so_the_kernel_whose_gradient_is_not_finite_then_is_left_out(policy: Policy) -> None:
    assert not torch.backends.cuda.cudnn_sdp_enabled()


def test_the_reference_is_the_base_without_the_adapter(policy: Policy) -> None:
    adapted = _under(policy, "sdpa", ROWS)
    reference = policy.logprobs(ROWS, 0.9, is_reference=True)
    assert float((adapted - reference).abs().max()) > 1e-3
    state = policy.state()
    policy.load({name: value * (0.0 if "lora_B" in name else 1.0) for name, value in state.items()})
    assert torch.allclose(_under(policy, "sdpa", ROWS), reference, atol=1e-6)
    policy.load(state)
    assert torch.equal(_under(policy, "sdpa", ROWS), adapted)


def test_what_is_saved_is_an_adapter_that_peft_reads_to_the_same_numbers(policy: Policy, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    policy.save(tmp_path / "adapter")
    base = policy.model.get_base_model().config._name_or_path
    read = PeftModel.from_pretrained(
        AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32), tmp_path / "adapter"
    )
    row = ROWS[1]
    with torch.no_grad():
        logits = read(torch.tensor([list(row.ids)])).logits[0, row.prompt_length - 1 : -1] / 0.9
    theirs = logits.log_softmax(-1).gather(1, torch.tensor(list(row.ids))[row.prompt_length :, None])[:, 0]
    assert torch.allclose(_under(policy, "sdpa", [row]), theirs, atol=1e-5)


def _loss(
    now: float, advantage: float, plan: GrpoLoss | None = None, reference: float | None = None
) -> tuple[float, float]:
    value = torch.tensor([now], requires_grad=True)
    told = None if reference is None else torch.tensor([reference])
    one = torch.tensor([1.0])
    found = clipped_loss(value, torch.tensor([-1.0]), torch.tensor([advantage]), one, plan or GrpoLoss(), told)
    found.value.backward()
    return float(found.value.detach()), float(value.grad)


def test_a_better_answer_is_made_likelier_until_the_clip_and_a_worse_one_less_likely_until_its_own() -> None:
    assert _loss(-1.0, 1.0)[1] == pytest.approx(-1.0)
    assert _loss(-1.0, -1.0)[1] == pytest.approx(1.0)
    # e^0.3 is above 1.28, e^-0.3 below 0.8: no gradient in the direction that was gone already, one back.
    assert _loss(-0.7, 1.0)[1] == 0.0
    assert _loss(-1.3, -1.0)[1] == 0.0
    assert _loss(-0.7, -1.0)[1] > 0
    # A bad answer that became e^2 times likelier pulls no harder than three times.
    assert _loss(1.0, -1.0)[0] == pytest.approx(3.0)
    assert _loss(1.0, -1.0)[1] == 0.0


def test_distance_from_the_reference_costs_only_where_the_recipe_says_so() -> None:
    near = _loss(-1.0, 0.0, GrpoLoss(beta=0.1), reference=-1.0)
    away = _loss(-1.0, 0.0, GrpoLoss(beta=0.1), reference=-2.0)
    assert near == (0.0, 0.0)
    assert away[0] > 0
    assert away[1] > 0
