"""The OpenAPI document as a judge: does an answer have the shape that the document promises? Only what our document
uses of JSON Schema is understood; anything else is an error, so that nothing passes unread."""
import re

KNOWN = {"type", "pattern", "enum", "minimum", "items", "properties", "required", "allOf", "$ref", "nullable",
         "description", "example"}


class Mismatch(Exception):
    pass


def check(document, schema, value, where="answer"):
    unknown = set(schema) - KNOWN
    if unknown:
        raise Mismatch(f"{where}: the document uses {unknown}, which this test does not know")
    if value is None and schema.get("nullable"):
        return
    if "$ref" in schema:
        return check(document, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], value, where)
    for part in schema.get("allOf", []):
        check(document, part, value, where)
    kinds = {"string": str, "object": dict, "array": list, "boolean": bool, "integer": int, "number": (int, float)}
    kind = schema.get("type")
    if kind and (not isinstance(value, kinds[kind]) or (kind in ("integer", "number") and isinstance(value, bool))):
        raise Mismatch(f"{where}: {value!r} is no {kind}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise Mismatch(f"{where}: {value!r} does not read like {schema['pattern']}")
    if "enum" in schema and value not in schema["enum"]:
        raise Mismatch(f"{where}: {value!r} is none of {schema['enum']}")
    if "minimum" in schema and value < schema["minimum"]:
        raise Mismatch(f"{where}: {value} is below {schema['minimum']}")
    for name in schema.get("required", []):
        if name not in value:
            raise Mismatch(f"{where}.{name} is missing")
    for name, part in schema.get("properties", {}).items():
        if name in value:
            check(document, part, value[name], f"{where}.{name}")
    for i, item in enumerate(value if "items" in schema else []):
        check(document, schema["items"], item, f"{where}[{i}]")


def check_answer(document, path, method, value):
    """`path` as in the document, with {id}."""
    operation = document["paths"][path][method]
    content = operation["responses"]["200"]["content"]
    check(document, content["application/json"]["schema"], value, f"{method} {path}")
