import ast
import inspect
import os
import re
import tempfile
import unittest

from support import SRC, FakeServer, run_python  # first: it finds the package
import plumbline
from plumbline import DROP_REASONS, ERROR_CODES, Plumbline
from plumbline.client import _READY_S
from plumbline._config import _DEFAULTS

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(SRC, "plumbline")


def read(*path):
    with open(os.path.join(HERE, *path), encoding="utf-8") as file:
        return file.read()


class Package(unittest.TestCase):
    def test_one_version(self):
        self.assertIn(f'version = "{plumbline.__version__}"', read("..", "pyproject.toml"))

    def test_is_typed_and_python_3_9_reads_it(self):
        self.assertTrue(os.path.exists(os.path.join(FOLDER, "py.typed")))
        for name in os.listdir(FOLDER):
            if name.endswith(".py"):
                source = read("..", "src", "plumbline", name)
                ast.parse(source, feature_version=(3, 9))
                if "def " in source or "class " in source:
                    self.assertIn("from __future__ import annotations", source, name)

    def test_every_function_has_type_hints(self):
        bare = []
        for name in os.listdir(FOLDER):
            if not name.endswith(".py"):
                continue
            for node in ast.walk(ast.parse(read("..", "src", "plumbline", name))):
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    given = node.args
                    arguments = [*given.args, *given.kwonlyargs, given.vararg, given.kwarg]
                    hinted = all(a is None or a.annotation or a.arg in ("self", "cls") for a in arguments)
                    if not hinted or not (node.returns or node.name == "__init__"):
                        bare.append(f"{name}: {node.name}")
        self.assertEqual(bare, [])

    def test_imports_nothing_but_the_standard_library_and_starts_no_thread(self):
        run_python("""
import sys, threading
import plumbline
client = plumbline.Plumbline("http://127.0.0.1:9", "key", "m")
assert not {"numpy", "pandas", "multiprocessing", "asyncio"} & set(sys.modules)
assert threading.active_count() == 1
""")

    def test_imports_nothing_later_where_a_fork_could_come_in_between(self):
        with FakeServer() as server, tempfile.TemporaryDirectory(prefix="plumbline-py-") as folder:
            run_python(
                """
import sys
import plumbline
before = set(sys.modules)
client = plumbline.Plumbline(sys.argv[1], "key", "m", spool_dir=sys.argv[2])
client.log_prediction(features={"a": 1}, prediction={"score": 0.5})
assert client.close() == (1, 0, 0)
assert set(sys.modules) == before, set(sys.modules) - before
""",
                server.url,
                folder,
            )


class Docs(unittest.TestCase):
    page = read("..", "..", "..", "docs", "sdk-python.md")

    def test_every_option_has_its_default(self):
        for name, parameter in inspect.signature(Plumbline).parameters.items():
            self.assertRegex(self.page, rf"`{name}`")
            if name in _DEFAULTS:
                self.assertEqual(parameter.default, _DEFAULTS[name], name)
        self.assertEqual(inspect.signature(Plumbline.ready).parameters["timeout"].default, _READY_S)

    def test_every_method_and_argument(self):
        methods = [name for name in vars(Plumbline) if not name.startswith("_")]
        for method in methods:
            self.assertRegex(self.page, rf"`{method}\(")
            for argument in inspect.signature(getattr(Plumbline, method)).parameters:
                if argument not in ("self", "function"):
                    self.assertRegex(self.page, rf"\b{argument}\b", method)

    def test_every_code_and_no_other(self):
        section = self.page[self.page.index("## Errors") :]
        documented = [code for row in re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE) for code in re.findall(r"\w+", row)]
        self.assertEqual(sorted(documented), sorted(ERROR_CODES))
        self.assertLessEqual(set(DROP_REASONS), set(documented))

    def test_examples_are_python(self):
        for text in (self.page, read("..", "README.md")):
            for example in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
                ast.parse(example)


if __name__ == "__main__":
    unittest.main()
