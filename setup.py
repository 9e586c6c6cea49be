"""Which packages the wheel holds; everything else about the project stands in ``pyproject.toml``.

``models/`` becomes the package ``logic_vote_models``, so that an installed wheel finds the embedded model
(``solver.base.places``). Only a ``setup.py`` can both find the packages and add one that has another name.
"""

from setuptools import find_packages, setup

PACKAGES = find_packages(include=["solver*", "harness*", "synth*", "train*"])
setup(
    packages=[*PACKAGES, "logic_vote_models"],
    py_modules=["logic_vote"],
    package_dir={"": ".", "logic_vote_models": "models"},
)
