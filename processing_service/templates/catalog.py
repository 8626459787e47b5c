"""The templates people can start: files and folders, read again when they change."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from processing_service.contract.errors import InvalidRequest, Problem, TemplateError
from processing_service.graph.suggestion import did_you_mean
from processing_service.templates.document import BrokenTemplate, Template, load
from processing_service.templates.limits import Limits

Stamp = tuple[int, int, int]  # mtime in ns, size, inode: an editor that replaces the file changes the inode

PACKAGE = Path(__file__).parent


def default_paths(folder: Path) -> tuple[Path, ...]:
    """`scenaries.yml` and `scenarios/` of a project folder; without them, the templates that come with the package."""
    for base in (folder, PACKAGE / "shipped", PACKAGE.parent.parent):
        found = tuple(path for path in (base / "scenaries.yml", base / "scenarios") if path.exists())
        if found:
            return found
    return ()


class Catalog:
    """Templates by name. A broken file is listed with its problems and hides no other."""

    def __init__(self, paths: Sequence[Path], limits: Limits | None = None) -> None:
        self._paths = tuple(paths)
        self._limits = limits or Limits()
        self._loaded: dict[Path, tuple[Stamp, Template | BrokenTemplate]] = {}

    def names(self) -> list[str]:
        return [template.name for template in self.all() if isinstance(template, Template)]

    def all(self) -> list[Template | BrokenTemplate]:
        """Every template and every broken file, in the order of the paths and then of the file names."""
        files = list(self._files())
        self._loaded = {path: self._read(path) for path in files}
        seen: dict[str, str] = {}
        listed: list[Template | BrokenTemplate] = []
        for _, template in self._loaded.values():
            key = template.name.removeprefix("Scenario")
            if isinstance(template, Template) and key in seen:
                message = f"`{template.name}` is the name of the template in {seen[key]} too, which is the one that counts"
                problem = Problem("duplicate-template", message, "rename one of the two", file=template.file, line=1)
                listed.append(BrokenTemplate(template.name, template.file, (problem,)))
                continue
            if isinstance(template, Template):
                seen[key] = template.file
            listed.append(template)
        return listed

    def get(self, name: str) -> Template:
        """The template of this name or alias.

        Raises TemplateError when its file is broken, InvalidRequest `unknown-scenario` when there is none.
        """
        wanted = name.removeprefix("Scenario")
        listed = self.all()
        for template in listed:
            if isinstance(template, Template) and template.name.removeprefix("Scenario") == wanted:
                return template
        for template in listed:
            if isinstance(template, BrokenTemplate) and template.name.removeprefix("Scenario") == wanted:
                raise TemplateError(problems=template.problems)
        names = [alias for template in listed if isinstance(template, Template) for alias in (template.name, *template.aliases)]
        advice = (
            did_you_mean(name, names) or f"the templates are {', '.join(sorted(names)) or 'none: no scenaries.yml was found'}"
        )
        problem = Problem("unknown-scenario", "no template has this name", advice, pointer="/scenario")
        raise InvalidRequest(f"no template has this name; {advice}", code="unknown-scenario", problems=(problem,))

    def _files(self) -> Iterator[Path]:
        for path in self._paths:
            if path.is_dir():
                yield from sorted(file for file in path.iterdir() if file.suffix in {".yml", ".yaml"} and file.is_file())
            elif path.exists():
                yield path

    def _read(self, path: Path) -> tuple[Stamp, Template | BrokenTemplate]:
        name = path.stem
        try:
            status = path.stat()
            stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
            known = self._loaded.get(path)
            if known and known[0] == stamp:
                return known
            # A character can take four bytes: more than that cannot be within the limit, and is not read at all.
            if status.st_size > 4 * self._limits.source:
                problem = Problem(
                    "yaml-too-large", f"the file is larger than {4 * self._limits.source:,} bytes", file=str(path), line=1
                )
                return stamp, BrokenTemplate(name, str(path), (problem,))
            source = path.read_bytes().decode()
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            return (0, 0, 0), BrokenTemplate(
                name, str(path), (Problem("unreadable", reason, "see its rights", file=str(path), line=1),)
            )
        except UnicodeDecodeError:
            problem = Problem("yaml-syntax", "the file is not UTF-8", "save it as UTF-8", file=str(path), line=1)
            return stamp, BrokenTemplate(name, str(path), (problem,))
        try:
            return stamp, load(source, str(path), self._limits, fallback_name=name)
        except Exception as error:  # noqa: BLE001 -- whatever one file does to us, the other templates stay available
            reason = f"the file broke what reads it ({type(error).__name__}); please report this"
            return stamp, BrokenTemplate(name, str(path), (Problem("template-error", reason, file=str(path), line=1),))
