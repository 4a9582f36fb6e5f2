"""Recipes: steps that prepare a table, tried on a sample, run on everything, written as code."""

from labstudio.data.recipes.previews import Preview, Tried
from labstudio.data.recipes.recipe import steps_of
from labstudio.data.recipes.recipes import Recipes, Saved

__all__ = ["Preview", "Recipes", "Saved", "Tried", "steps_of"]
