"""A model's form, made from the JSON Schema of its input, and the body made from what was filled in.

A schema comes from outside: whatever it says, reading ends, with a model or with a `SchemaError`.
"""

from .fields import SchemaError
from .reading import read
from .writing import body, check

__all__ = ["SchemaError", "body", "check", "read"]
