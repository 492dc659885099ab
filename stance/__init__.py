"""Who is for what, and who is against it: stances of actors toward targets in news text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stance.aggregate import aggregate_stances
    from stance.entities import load_catalogue
    from stance.evaluate import cross_validate, evaluate_model
    from stance.model import StanceModel
    from stance.pairs import read_labeled
    from stance.text import Document, InputError, read_documents

_HOME = {
    "StanceModel": "model",
    "read_documents": "text",
    "read_labeled": "pairs",
    "aggregate_stances": "aggregate",
    "load_catalogue": "entities",
    "cross_validate": "evaluate",
    "evaluate_model": "evaluate",
    "Document": "text",
    "InputError": "text",
}
__all__ = [
    "Document",
    "InputError",
    "StanceModel",
    "aggregate_stances",
    "cross_validate",
    "evaluate_model",
    "load_catalogue",
    "read_documents",
    "read_labeled",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import each public name when it is first used, so that `import stance` stays cheap."""
    if name not in _HOME:
        raise AttributeError(f"module 'stance' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"stance.{_HOME[name]}"), name)
