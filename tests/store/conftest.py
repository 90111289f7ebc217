"""A project in miniature: two publications, one of them in two editions, official files drawn here."""

import hashlib
from pathlib import Path

import pytest

TITLES = "DATE,NHSE_REGION_CODE,NHSE_REGION_NAME,ICS_CODE,ICS_NAME,ORG_CODE,ORG_NAME,ORG_TYPE,FTE_DAYS_LOST,FTE_DAYS_AVAILABLE,SICKNESS_ABSENCE_RATE_PERCENT"
SICKNESS = """{titles}
{date},Y63,North,QWO,West Yorkshire,RAA,Ambleton,Acute,{lost},1000,{rate}
{date},Y63,North,QWO,West Yorkshire,RBB,Brackley,Acute,10,500,2
"""
REGIONS = """region_code,region_name,month_key,vacancy_wte_total,vacancy_wte_nursing
Y59,South East,201604,2150.92,655.42
Y62,North West,201604,1746.05,588.47
"""
NAMES = ["place", "", "month", "vacancies_advertised", "vacancies_advertised_nursing"]
HEADERS = "\n".join(
    ["layout,title,name"]
    + [f"sickness_absence,{title}," for title in TITLES.split(",")]
    + [f"vacancies_regional,{title},{name}" for title, name in zip(REGIONS.splitlines()[0].split(","), NAMES, strict=True)]
)


def sickness(date: str, lost: int) -> str:
    return SICKNESS.format(titles=TITLES, date=date, lost=lost, rate=lost / 10)


class Project:
    """A folder laid out like the project, with helpers to write its files."""

    def __init__(self, home: Path):
        self.home, self.official = home, home / "data" / "raw" / "official"
        self.official.mkdir(parents=True)
        (home / "data" / "raw" / "reference").mkdir()
        self.reference("corrections", "source,sheet,cell,seen,becomes,reason\n")
        self.reference("known_oddities", "source,measure,place,first,last,flag,reason\n")
        self.reference("headers", f"{HEADERS}\n")
        self.blocks: dict[str, list[str]] = {}

    def reference(self, name: str, text: str) -> None:
        (self.home / "data" / "raw" / "reference" / f"{name}.csv").write_text(text, encoding="utf-8")

    def add(self, table: str, edition: str, file: str, text: str, download: str = "") -> Path:
        path = self.official / file
        path.write_text(text, encoding="utf-8", newline="")
        data = path.read_bytes()
        reader = {"vacancies_regional": "monthly_series"}.get(table, table)
        head = f'[{table}]\npublisher = "P"\ntitle = "{table} title"\naddress = "https://example.org"\nlicence = "OGL"\nreader = "{reader}"\n'
        block = f'[[{table}.editions]]\nedition = "{edition}"\nfile = "{file}"\nsha256 = "{hashlib.sha256(data).hexdigest()}"\nsize = {len(data)}\n'
        self.blocks.setdefault(table, [head]).append(block + (f'download = "{download}"\n' if download else ""))
        catalog = self.home / "data" / "raw" / "catalog.toml"
        catalog.write_text("\n".join("".join(parts) for parts in self.blocks.values()), encoding="utf-8")
        return path


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    made = Project(tmp_path / "project")
    made.add("sickness_absence", "2024-04", "a.csv", sickness("30/04/2024", 50))
    made.add("sickness_absence", "2024-05", "b.csv", sickness("31/05/2024", 40))
    made.add("vacancies_regional", "2016", "c.csv", REGIONS)
    monkeypatch.setenv("ICSLIB_HOME", str(made.home))
    monkeypatch.delenv("ICSLIB_OFFICIAL", raising=False)
    return made
