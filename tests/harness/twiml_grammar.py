"""Is this valid TwiML? The grammar is read out of the installed `twilio` package: which verbs nest where, with which
attributes. `check(xml, "voice" | "messaging")` returns the problems ([]: valid)."""

from __future__ import annotations

import ast
import inspect
import xml.etree.ElementTree as ET
from types import ModuleType
from typing import Any

from twilio.twiml import TwiML, lower_camel, messaging_response, voice_response

Grammar = dict[str, tuple[str | None, dict[str, set[str]]]]
"""Per class of the package: its tag, and the classes that nest in it with the attributes they take."""

_XML = "{http://www.w3.org/XML/1998/namespace}"


def _grammar(module: ModuleType) -> Grammar:
    tree = ast.parse(inspect.getsource(module))
    return {node.name: _class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _class(node: ast.ClassDef) -> tuple[str | None, dict[str, set[str]]]:
    tag: str | None = None
    nested: dict[str, set[str]] = {}
    for function in (f for f in node.body if isinstance(f, ast.FunctionDef)):
        for part in ast.walk(function):
            match part:
                case ast.Assign(
                    targets=[ast.Attribute(attr="name")], value=ast.Constant(value=str(name))
                ) if function.name == "__init__":
                    tag = name
                case ast.Call(
                    func=ast.Attribute(attr="nest"),
                    args=[ast.Call(func=ast.Name(id=child), keywords=keywords), *_],
                ):
                    nested[child] = {lower_camel(TwiML.MAP.get(k.arg, k.arg)) for k in keywords if k.arg}
    return tag, nested


_GRAMMARS = {
    "voice": (_grammar(voice_response), "VoiceResponse"),
    "messaging": (_grammar(messaging_response), "MessagingResponse"),
}


def check(xml: str, kind: str) -> list[str]:
    classes, root = _GRAMMARS[kind]
    try:
        element = ET.fromstring(xml)
    except ET.ParseError as error:
        return [f"not well-formed: {error}"]
    if element.tag != "Response":
        return [f"root is <{element.tag}>, not <Response>"]
    return list(_problems(element, root, "Response", classes))


def _problems(element: Any, cls: str, path: str, classes: Grammar) -> list[str]:
    found = []
    children = {classes[name][0]: (name, attributes) for name, attributes in classes[cls][1].items()}
    for child in element:
        here = f"{path}/{child.tag}"
        if child.tag not in children:
            found.append(f"{here}: <{child.tag}> not allowed inside <{element.tag}>")
            continue
        name, attributes = children[child.tag]
        for attribute, value in child.attrib.items():
            plain = attribute.replace(_XML, "xml:")
            if plain not in attributes and plain not in ("voice", "language"):
                found.append(f"{here}: unknown attribute {plain}")
            if plain.lower().endswith("method") and value not in ("GET", "POST"):
                found.append(f"{here}: {plain}={value}")
        if child.tag == "Gather" and not set(child.get("input", "dtmf").split()) <= {"dtmf", "speech"}:
            found.append(f"{here}: input={child.get('input')}")
        if child.tag == "Say" and not (child.text or "").strip() and not len(child):
            found.append(f"{here}: empty <Say>")
        found += _problems(child, name, here, classes)
    return found
