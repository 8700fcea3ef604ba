"""Writes the one-file verifier from the modules it consists of: ``python -m audit.generate`` renews the package's copy.

The result is the modules' own text, one after the other, with the imports between them taken out and the
others gathered on top. That works because no two of them define the same name, which is checked.
"""

import ast
from pathlib import Path

HERE = Path(__file__).parent
BUNDLED = HERE / "verify_bundle.txt"  # not .py: it is data of the package, not a module beside those it repeats
MODULES = (
    "errors",
    "types",
    "encoding",
    "macs",
    "sealing",
    "merkle",
    "checkpoint",
    "container",
    "scope",
    "manifest",
    "receipts",
    "rows",
    "page",
    "standing",
    "story",
    "report",
    "report_first",
    "findings",
    "replay",
    "verify",
    "command",
)
_HEAD = '''#!/usr/bin/env python3
"""Proves an export of a Leadgate audit log, offline: python verify.py FILE [--key VKEY] [--json].

Generated from the modules of Leadgate's audit package; needs Python 3.11 or newer and the package
"cryptography".
"""
'''
_FOOT = """

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] if sys.argv[1:2] == ["verify"] else ["verify", *sys.argv[1:]]))
"""


def source() -> str:
    """Return the text of verify.py; raise ValueError when two modules define one name or import under an alias."""
    imports: set[str] = set()
    bodies: list[str] = []
    texts = {each: (HERE / f"{each}.py").read_text(encoding="utf-8") for each in MODULES}
    trees = {each: ast.parse(text) for each, text in texts.items()}
    for tree in trees.values():
        imports |= _imports(tree)
    owners = {line.rsplit(" ", 1)[1]: "the imports" for line in imports}
    for module, tree in trees.items():
        for name in _defined(tree):
            if owners.setdefault(name, module) != module:
                raise ValueError(f"{name} is defined in {owners[name]} and {module}")
        bodies.append(f"\n\n# --- {module} ---\n{_without_imports(texts[module], tree)}")
    return _HEAD + "\n" + "\n".join(sorted(imports)) + "\n" + "".join(bodies) + _FOOT


def _defined(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                names |= {each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
            case _:
                pass
    return names


def _imports(tree: ast.Module) -> set[str]:
    """Return every import of something outside the package, one name a line; refuse aliases."""
    lines = set()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) and any(each.asname for each in node.names):
            raise ValueError(f"line {node.lineno}: an alias would not survive the joining of modules")
        if isinstance(node, ast.Import):
            lines |= {f"import {each.name}" for each in node.names}
        elif isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("audit"):
            lines |= {f"from {node.module} import {each.name}" for each in node.names}
    return lines


def _without_imports(text: str, tree: ast.Module) -> str:
    lines = text.splitlines()
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            for at in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[at] = ""
    return "\n".join(_squeezed(lines)).strip() + "\n"


def _squeezed(lines: list[str]) -> list[str]:
    """Return the lines with at most two empty ones in a row."""
    return [each for at, each in enumerate(lines) if each or any(lines[max(at - 2, 0) : at])]


if __name__ == "__main__":
    BUNDLED.write_text(source(), encoding="utf-8")
