"""The bundled fonts: what each can show and how wide it sets it.

Widths come from the font's own tables, not from the rasteriser: Pillow's basic layout knows no GPOS kerning, and its better one
needs a library that is not on every machine, so the same slide would be set differently there.
"""

from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"


class Face:
    """One font file. All measures are in ems: multiply by the size in pixels."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem
        self._font = TTFont(path, lazy=True)
        self._units: int = self._font["head"].unitsPerEm
        self._cmap: dict[int, str] = self._font.getBestCmap()
        self._metrics: dict[str, tuple[int, int]] = self._font["hmtx"].metrics
        os2 = self._font["OS/2"]
        self.cap_height: float = (getattr(os2, "sCapHeight", 0) or 0.7 * self._units) / self._units
        self.x_height: float = (getattr(os2, "sxHeight", 0) or 0.5 * self._units) / self._units
        self._pairs: dict[tuple[str, str], float] = {}

    def covers(self, character: str) -> bool:
        return ord(character) in self._cmap

    def glyph_character(self, name: str) -> str:
        """The character that shows the glyph of this name. Raises KeyError when the font has none."""
        return chr(next((code for code, glyph in self._cmap.items() if glyph == name)))

    def width(self, text: str, tracking: float = 0.0) -> float:
        """How far the text reaches from its origin, with kerning and `tracking` ems after each letter but the last."""
        return self.positions(text, tracking)[-1] - (tracking if text else 0.0)

    def positions(self, text: str, tracking: float = 0.0) -> list[float]:
        """Where each letter starts, and, last, where the next one would."""
        glyphs = [self._cmap.get(ord(character), ".notdef") for character in text]
        kerns = [self._kerning(left, right) for left, right in pairwise(glyphs)]
        positions = [0.0]
        for glyph, kern in zip(glyphs, [*kerns, 0.0], strict=False):
            positions.append(positions[-1] + self._metrics[glyph][0] / self._units + kern + tracking)
        return positions

    def _kerning(self, left: str, right: str) -> float:
        pair = (left, right)
        if pair not in self._pairs:
            units = sum(_pair_value(lookup, left, right) for lookup in self._kern_lookups)
            self._pairs[pair] = units / self._units
        return self._pairs[pair]

    @cached_property
    def _kern_lookups(self) -> list[list[Any]]:
        """The pair-adjustment subtables of each lookup of the `kern` feature (OpenType specification, GPOS)."""
        if "GPOS" not in self._font:
            return []
        table = self._font["GPOS"].table
        records = table.FeatureList.FeatureRecord
        indices = sorted(
            {index for record in records if record.FeatureTag == "kern" for index in record.Feature.LookupListIndex}
        )
        lookups = [[getattr(sub, "ExtSubTable", sub) for sub in table.LookupList.Lookup[index].SubTable] for index in indices]
        return [[sub for sub in subtables if sub.LookupType == 2] for subtables in lookups]


def _pair_value(subtables: list[Any], left: str, right: str) -> int:
    """What one lookup says of a pair: the first subtable that knows it decides, as the specification has it."""
    for table in subtables:
        if left not in table.Coverage.glyphs:
            continue
        if table.Format == 1:
            pair_set = table.PairSet[table.Coverage.glyphs.index(left)]
            for record in pair_set.PairValueRecord:
                if record.SecondGlyph == right:
                    return record.Value1.XAdvance if record.Value1 and hasattr(record.Value1, "XAdvance") else 0
            continue
        first = table.ClassDef1.classDefs.get(left, 0)
        second = table.ClassDef2.classDefs.get(right, 0)
        value = table.Class1Record[first].Class2Record[second].Value1
        return value.XAdvance if value and hasattr(value, "XAdvance") else 0
    return 0


@lru_cache(maxsize=16)
def face(file: str) -> Face:
    """The bundled font of this file name, read once per process."""
    return Face(FONTS / file)
