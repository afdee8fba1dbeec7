"""Every model the simulator knows, by the name the specification gives it."""

from huma_tripletex.simulator.company_models import COMPANY_MODELS
from huma_tripletex.simulator.people_models import PEOPLE_MODELS
from huma_tripletex.simulator.shapes import Model, Row

MODELS: dict[str, Model] = {model.name: model for model in (*COMPANY_MODELS, *PEOPLE_MODELS)}


def blank(model: str, **values: object) -> Row:
    """A row of `model` with nothing set but `values`."""
    return {**MODELS[model].blank(), **values}
