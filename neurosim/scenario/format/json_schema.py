"""The JSON Schema of scenarios, generated from the entries that check a file.

An editor with a YAML language server offers keys and names by it and marks mistakes while one
types. A scenario names it in its first line::

    # yaml-language-server: $schema=scenario.schema.json
"""

from typing import Any

from neurosim.scenario.format.document import document_now

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NULL = {"type": "null"}


def schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, as plain data."""
    generated = _tidied(document_now().model_json_schema())
    title = "A neurosim scenario"
    return {"$schema": _DIALECT, **generated, "title": title}


def _tidied(part: Any) -> Any:
    """Without nulls, which a scenario never has, and without titles made up from the keys.

    Whole numbers have no decimal point, whichever version of pydantic writes them.
    """
    if isinstance(part, float) and part.is_integer():
        return int(part)
    if isinstance(part, list):
        return [_tidied(item) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {key: _tidied(value) for key, value in part.items() if not _is_noise(key, value)}
    forms = [form for form in kept.get("anyOf", []) if form != _NULL]
    if len(forms) == len(kept.get("anyOf", [])):
        return kept
    rest = {key: value for key, value in kept.items() if key != "anyOf"}
    return {**forms[0], **rest} if len(forms) == 1 else {**rest, "anyOf": forms}


def _is_noise(key: str, value: Any) -> bool:
    return (key == "default" and value is None) or (key == "title" and isinstance(value, str))
