"""The benchmark's floors: a module imports only from those before it, and none in a circle."""

from zoomstack.bench.stamp import ROOT, imported

FLOORS = ("model", "zooms", "told", "stamp", "store", "work", "comparison", "speed", "__main__")


def test_the_benchmarks_modules_import_only_what_comes_before_them():
    bench = ROOT / "bench"

    def floor(path):
        return FLOORS.index(path.relative_to(bench).with_suffix("").parts[0])

    imports = {path: set() for path in bench.rglob("*.py") if path.name != "__init__.py"}
    for path in imports:
        assert "if TYPE_CHECKING" not in path.read_text("utf-8"), "an import is an import"
        inner = {other for other in imported(path) if other in imports}
        imports[path] = inner
        assert all(floor(other) <= floor(path) for other in inner), path
    while imports:  # without circles there is always one whose imports are all known
        ready = [path for path, inner in imports.items() if not inner & imports.keys()]
        assert ready, f"a circle among {sorted(imports)}"
        for path in ready:
            del imports[path]
