"""Whether a run's plan has room on the GPU here, asked before its weights are loaded."""

from __future__ import annotations

from solver.base.display.printing import tell
from train.devices import Device
from train.errors import RecipeError
from train.full_memory import GIB, Card
from train.lora.recipe import LoraRecipe
from train.planning.training_plan import make_plan


def check_room_on(card: Card | None, recipe: LoraRecipe, gpus: int = 1) -> None:
    """Warn where the plan is larger than what is free.

    The plan is an estimate, and other processes may end meanwhile: so it is no refusal.
    """
    if card is None:
        return
    device = Device(name="here", title="this GPU", memory_gib=card.total / GIB, bf16_tflops=1.0, source="")
    try:
        needed = make_plan(recipe, device, gpus).total
    except RecipeError:
        # A base that plans do not know trains all the same.
        return
    if needed > card.free + card.own:
        tell(f"warning: this run is planned with {needed / GIB:.1f} GiB, but {card.told}; for its parts see train plan")
