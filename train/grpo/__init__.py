"""Reinforcement learning with answers that can be checked (GRPO), a thin layer over trl and peft."""
