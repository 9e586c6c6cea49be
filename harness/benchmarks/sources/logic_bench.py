"""LogicBench (Eval), its multiple choice questions: a file for each rule of inference."""

from __future__ import annotations

from harness.benchmarks.benchmark import Benchmark, SourceFile

_RULES = (
    ("first_order_logic/bidirectional_dilemma", "f842f0fd5613b86081fa43e74653a57a51bfc5d62f44f3d66e380e642d968d40"),
    ("first_order_logic/constructive_dilemma", "0ee3441e4b6689ce9dbabbea217ce351630586d5bc2eb4b96a6001544e4a6f7f"),
    ("first_order_logic/destructive_dilemma", "36bc261811f646f26af769e3958316221b792407ce31e49a0e6c07208b65f010"),
    ("first_order_logic/disjunctive_syllogism", "80dbe87805515aa493e703fdf8089943308376c833edae540bddf05c1a4640c7"),
    (
        "first_order_logic/existential_generalization",
        "0137e5eba93d4ebd4041c0905e7687123cd3bf5b269d7cf4ca990a58cccf99e6",
    ),
    ("first_order_logic/hypothetical_syllogism", "7b6e3ba3dd58c6fd6b5e1ef726677f2a87da502527233453bbb28db4d8eb7e8f"),
    ("first_order_logic/modus_ponens", "fcf81d8bd0da702fedd1e27b42ba62567aa650225c3500caed5a7b4530298b63"),
    ("first_order_logic/modus_tollens", "c8c1666bb67c7690bc7a33eb5334eb64e060197658c1fe5d0201d8dc60190c2b"),
    ("first_order_logic/universal_instantiation", "f3e2075113928c0a72eba602f6523994df3f44003cef2af3b3044022efe1e83f"),
    ("nm_logic/default_reasoning_default", "fefa3f7c02aea474361001fd9f3f889df2668b1b4e1e744661831c1398e07450"),
    ("nm_logic/default_reasoning_irr", "301e55669b8915d9e453c159579b33fa3e13112d57f4fb81a5d821c374f27cee"),
    ("nm_logic/default_reasoning_open", "56269349b56a416e3bce4f4145aa9b989db62072865759573a755cf45cafac84"),
    ("nm_logic/default_reasoning_several", "d1578ac46d5f7c58436d8f138c8b884649e8946dd5cbe15cf91a4fe49b2c1c3d"),
    ("nm_logic/reasoning_about_exceptions_1", "f895455e05a06bc83a136fad4de8c010911107461e1e4fdab7bc36338a9b69be"),
    ("nm_logic/reasoning_about_exceptions_2", "96d7e6b432db502a823714b0bed37b420e740b4fa674ad4c9306253cf9c3551d"),
    ("nm_logic/reasoning_about_exceptions_3", "de75acea7caf8a9ba53b0a60dc307e6fe664244a0474e960d051f58ff7fbcf5a"),
    ("nm_logic/reasoning_about_priority", "0412e9a57bacf153af3f163688215cc55c0deedcef45c82c6298711a81f55d36"),
    ("propositional_logic/bidirectional_dilemma", "1116e6464b0dd93090431d2fe57d99719f9173e01e1512ffd7e3f4b40ca4f762"),
    ("propositional_logic/commutation", "c27b35a71b4f4295e75761f1d0d15683633251a4c0de3e6d416a3675f3a470be"),
    ("propositional_logic/constructive_dilemma", "954066cb7d5877948e15b4414f8f24cc8da237b27e00c35ac3418a6edb4ed330"),
    ("propositional_logic/destructive_dilemma", "b6c53a8c4ce0cc1f8a94aafb5dcc1339dd93ac2260f5e9247175af831917f04e"),
    ("propositional_logic/disjunctive_syllogism", "6dc1802379417d39df327231ed6ab2cdefeb32eda8c983440fbbb05bf6c436d4"),
    ("propositional_logic/hypothetical_syllogism", "0d653f6e41261163bc59303dfbb9cf76ba83ffeacb65805f3d2d8c1d4b273db4"),
    ("propositional_logic/material_implication", "130ccec84e7bece9ef3b1e1a90d03496232042c648e93b2f0876c6cfe9aace7d"),
    ("propositional_logic/modus_tollens", "dd91ca5312526b8913bcc165a797dfc47b8317a7c831ff45a949e06c28f0c5e6"),
)

BENCHMARKS = (
    Benchmark(
        name="logicbench",
        help="which conclusion follows, 25 rules of inference",
        language="en",
        repository="Mihir3009/LogicBench",
        revision="c014153303c98de4d5f09d41c3a235cd869be5c8",
        files=tuple(
            SourceFile(f"data/LogicBench(Eval)/MCQA/{rule}/data_instances.json", sha256) for rule, sha256 in _RULES
        ),
        licence="MIT",
        split="eval, multiple choice",
        questions=500,
        options={4: 499, 5: 1},
        citation="Parmar et al., LogicBench, ACL 2024",
    ),
)
