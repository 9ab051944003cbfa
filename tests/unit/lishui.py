"""Who owes what in 丽水 and its zone, written down from the notices by hand (requirements 1.8)."""

from typing import Final

COUNTIES: Final = tuple(f"3311{code}" for code in ("02", "21", "22", "23", "24", "25", "26", "27", "81"))
ZONE: Final = "331171"
ZONE_UNITS: Final = (
    "公安分局",
    "消防大队",
    "南城交警大队",
    "建设局",
    "水利服务站",
    "南城公司",
    "电业",
    "安监局",
    "经发局",
    "建规局",
)
