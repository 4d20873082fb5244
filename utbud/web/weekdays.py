"""The names of the days in the languages of /sprak/: Django's own, and ours where it has none. Pure."""

from django.utils import translation
from django.utils.dates import WEEKDAYS

DJANGO = frozenset({"en", "fi", "ar", "fa", "uk", "pl", "ckb", "tr", "bs", "es", "de", "th"})
SAME = {"prs": "fa"}  # Dari calls the days as Persian does
OURS = {
    "so": ("Isniin", "Talaado", "Arbaco", "Khamiis", "Jimco", "Sabti", "Axad"),
    "ti": ("ሰኑይ", "ሰሉስ", "ረቡዕ", "ሓሙስ", "ዓርቢ", "ቀዳም", "ሰንበት"),
    "kmr": ("Duşem", "Sêşem", "Çarşem", "Pêncşem", "În", "Şemî", "Yekşem"),
    "yi": ("מאָנטיק", "דינסטיק", "מיטוואך", "דאָנערשטיק", "פֿרײַטיק", "שבת", "זונטיק"),
    "se": ("vuossárga", "maŋŋebárga", "gaskavahkku", "duorastat", "bearjadat", "lávvardat", "sotnabeaivi"),
    "sma": ("måanta", "dæjsta", "gaskevåhkoe", "duarsta", "bearjadahke", "laavvadahke", "aejlege"),
    "smj": ("mánnodahka", "dijstahka", "gasskavahkko", "duorastahka", "bierjjedahka", "lávvodahka", "ájllek"),
}


def weekday(code: str, number: int) -> str:
    """The name of a day (0 is Monday) in the language ``code``, "" where we do not know it."""
    if code in OURS:
        return OURS[code][number]
    code = SAME.get(code, code)
    if code not in DJANGO:
        return ""
    with translation.override(code):
        return str(WEEKDAYS[number])
