"""What people, programs and ill will do to a study folder: the kinds of the fuzz test."""

import csv
import gzip
import io

import pandas as pd

PATIENTS = """\
patient_id,centre,age_years,sex,ecog,afp_ng_ml,tumour_diameter_cm,viral_hepatitis,disease_status,ici_agent,response_rt,ici_start,rt_start,progression,death,last_followup
A1,North,61,male,0,12.5,4.5,yes,PEL,Nivolumab,PR,2020-01-01,2020-06-01,2021-01-10,2021-06-01,2021-06-01
A2,North,48,female,1,880,7.5,no,NL,Sintilimab,CR,2020-02-01,2020-08-01,,,2022-01-15
A3,South,70,male,2,3.25,5.5,yes,PEL,Sintilimab,PD,2020-03-01,2020-07-01,2020-08-15,2020-12-24,2020-12-24
A4,South,55,male,0,410,3.5,yes,RL,Nivolumab,SD,2020-04-01,2020-09-01,2021-06-05,,2022-03-01
A5,South,63,female,1,95,6.5,no,NL,Nivolumab,NE,2020-05-01,2020-11-01,2021-01-05,2021-02-02,2021-02-02
A6,North,66,male,1,7,9.5,yes,PEL,Sintilimab,PR,2020-05-20,2020-10-01,2021-09-09,,2022-04-30
"""
RADIOTHERAPY = """\
patient_id,site,technique,fractions,dose_gy,completed
A1,liver,SBRT,5,40,true
A2,PVTT_HVTT,IMRT,25,50,true
A3,liver,IMRT,11,27.5,false
A4,bone_soft_tissue,SBRT,3,24,true
A5,liver,IMRT,20,44,true
A6,PVTT_HVTT,IMRT,20,60,true
"""
ADVERSE_EVENTS = """\
patient_id,term,grade,onset_day
A1,Diarrhea,1,10
A1,Diarrhea,3,12
A1,Rash,2,120
A2,Rash,1,5
A4,Fatigue,2,90
A4,Fatigue,4,91
"""
LABORATORY = """\
patient_id,visit,albumin_g_l,bilirubin_umol_l,alp_u_l,alt_u_l,ast_u_l
A1,baseline,42.5,10,90,30,31
A1,month_1,40,12,95,33,30
A2,baseline,38,9,80,22,25
A2,month_1,37,9.5,81,25,24
A3,baseline,34,20,120,60,70
A4,baseline,41,14,70,33,30
A6,baseline,44,8,66,20,21
"""
TABLES = {"patients": PATIENTS, "radiotherapy": RADIOTHERAPY, "adverse_events": ADVERSE_EVENTS,
          "laboratory": LABORATORY}
STUDY = {"title": "A fuzzed study", "synthetic": True, "data_cutoff": "2022-06-30",
         "covariates": [
             {"name": "age", "label": "Age", "column": "age_years", "cut": 60},
             {"name": "pel", "label": "PEL", "column": "disease_status", "exposed": ["PEL"]}],
         "criteria": [{"label": "adult", "columns": ["age_years"], "min": 18}]}

#: columns by what a cell of them is
NUMBERS = ["patients.age_years", "patients.ecog", "patients.afp_ng_ml",
           "patients.tumour_diameter_cm", "radiotherapy.fractions", "radiotherapy.dose_gy",
           "adverse_events.grade", "adverse_events.onset_day", "laboratory.albumin_g_l",
           "laboratory.bilirubin_umol_l", "laboratory.alp_u_l", "laboratory.alt_u_l"]
POSITIVE = [c for c in NUMBERS if c != "adverse_events.onset_day"]
#: among decimal points, one comma a file
ONE_EACH = ["patients.age_years", "radiotherapy.dose_gy", "adverse_events.grade",
            "laboratory.alp_u_l"]
BOUNDED = ["patients.age_years", "patients.ecog", "radiotherapy.fractions", "radiotherapy.dose_gy",
           "adverse_events.grade", "laboratory.albumin_g_l", "laboratory.bilirubin_umol_l"]
WHOLE = ["patients.ecog", "radiotherapy.fractions", "adverse_events.grade"]
DATES = ["patients.ici_start", "patients.rt_start", "patients.last_followup"]
LEVELS = ["patients.sex", "patients.disease_status", "patients.response_rt", "radiotherapy.site",
          "radiotherapy.technique", "laboratory.visit"]
FREE = ["patients.centre", "patients.ici_agent", "adverse_events.term"]
BOOLEANS = ["patients.viral_hepatitis", "radiotherapy.completed"]
TYPED = NUMBERS + DATES + LEVELS + BOOLEANS
EVERY = TYPED + FREE
IDS = ["radiotherapy.patient_id", "adverse_events.patient_id", "laboratory.patient_id"]


def say(text):
    """Return a mutation that writes `text` whatever stood in the cell."""
    return lambda old: text


#: kind: (mutation of a cell's text, columns): the study must come out as it was
HARMLESS = {
    "spaces around": (lambda t: f"  {t} ", EVERY + IDS),
    "tab before": (lambda t: f"\t{t}", EVERY + IDS),
    "no-break space after": (lambda t: f"{t}\u00a0", EVERY + IDS),
    "zero-width space inside": (lambda t: f"{t[:1]}\u200b{t[1:]}", EVERY + IDS),
    "byte order mark inside": (lambda t: f"\ufeff{t}", EVERY + IDS),
    "soft hyphen inside": (lambda t: f"{t[:1]}\u00ad{t[1:]}", EVERY + IDS),
    "upper case": (str.upper, LEVELS + BOOLEANS),
    "lower case": (str.lower, LEVELS + BOOLEANS),
    "plus sign": (lambda t: f"+{t}", NUMBERS),
    "trailing zeros": (lambda t: f"{t}000" if "." in t else f"{t}.00", NUMBERS),
    "leading zeros": (lambda t: f"00{t}", NUMBERS),
    "scientific": (lambda t: f"{t}e0", NUMBERS),
    "yes as 1": (lambda t: "1" if t in ("yes", "true") else "0", BOOLEANS),
    "yes as Y": (lambda t: "Y" if t in ("yes", "true") else "N", BOOLEANS),
    "yes as 1.0": (lambda t: "1.0" if t in ("yes", "true") else "0.0", BOOLEANS),
    "date with time": (lambda t: f"{t}T00:00:00", DATES),
    "date with clock": (lambda t: f"{t} 09:30:00.0", DATES),
    "date without signs": (lambda t: t.replace("-", ""), DATES),
    "date with slashes": (lambda t: t.replace("-", "/"), DATES),
    "date of SAS": (lambda t: f"{t[8:]}{MONTHS[int(t[5:7])]}{t[:4]}", DATES),
    "date with a month's name": (lambda t: f"{t[8:]} {MONTHS[int(t[5:7])].title()} {t[:4]}", DATES),
}
MONTHS = ["", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

#: kind: (mutation, columns): a finding must name file, row and column
REPORTED = {
    "garbage": (say("abc"), TYPED + IDS),
    "NaN": (say("NaN"), EVERY + IDS),
    "nan": (say("nan"), EVERY),
    "inf": (say("inf"), TYPED),
    "-Infinity": (say("-Infinity"), TYPED),
    "NA": (say("NA"), EVERY),
    "n/a": (say("n/a"), EVERY),
    "NULL": (say("NULL"), EVERY),
    "none": (say("None"), EVERY),
    "question mark": (say("?"), EVERY),
    "dot of SAS": (say("."), EVERY),
    "dash": (say("-"), EVERY),
    "#N/A": (say("#N/A"), EVERY),
    "#REF!": (say("#REF!"), EVERY),
    "formula": (say("=1+1"), EVERY),
    "call": (say("@SUM(A1:A9)"), EVERY),
    "command": (say("+cmd|' /C calc'!A0"), EVERY),
    "hyperlink": (say('=HYPERLINK("http://x.example","y")'), EVERY),
    "script": (say("<script>alert(1)</script>"), EVERY),
    "image": (say("<img src=x onerror=alert(1)>"), EVERY),
    "template": (say("{{7*7}}"), EVERY),
    "substitution": (say("${HOME}"), EVERY),
    "line break": (lambda t: f"{t}\n{t}", EVERY),
    "carriage return": (lambda t: f"{t}\r{t}", EVERY),
    "bell": (lambda t: f"{t}\x07", EVERY),
    "escape": (lambda t: f"\x1b[31m{t}", EVERY),
    "very long": (lambda t: t * 2_000, EVERY),
    "other case": (lambda t: t.swapcase(), FREE),
    "underscores for spaces": (lambda t: f"{t}_", FREE),
    "lower-case patient": (str.lower, IDS),
    "two values": (lambda t: f"{t}; {t}", TYPED),
    "range": (lambda t: f"{t}-{t}", NUMBERS),
    "limit": (lambda t: f"<{t}", NUMBERS),
    "at least": (lambda t: f"≥{t}", NUMBERS),
    "about": (lambda t: f"~{t}", NUMBERS),
    "unit beside": (lambda t: f"{t} mg", NUMBERS),
    "per cent": (lambda t: f"{t}%", NUMBERS),
    "thousands by comma": (lambda t: f"{t.split('.')[0]},000", NUMBERS),
    "thousands by space": (lambda t: f"{t} 000", NUMBERS),
    "thousands by apostrophe": (lambda t: f"{t}'000", NUMBERS),
    "thousands by underscore": (lambda t: f"{t}_000", NUMBERS),
    "one decimal comma": (lambda t: f"{t.split('.')[0]},5", ONE_EACH),
    "two points": (lambda t: f"{t}.5.5", NUMBERS),
    "Arabic digits": (lambda t: t.translate({48 + i: 0x660 + i for i in range(10)}), NUMBERS),
    "full-width digits": (lambda t: t.translate({48 + i: 0xff10 + i for i in range(10)}), NUMBERS),
    "letter O for zero": (lambda t: f"{t}O", NUMBERS),
    "hexadecimal": (lambda t: f"0x{t}", NUMBERS),
    "minus of print": (lambda t: f"\u2212{t}", NUMBERS),
    "negative": (lambda t: f"-{t}" if float(t) else "-1", POSITIVE),
    "too large to hold": (say("1e400"), NUMBERS),
    "huge": (say("1e12"), BOUNDED),
    "half": (say("1.5"), WHOLE),
    "7": (say("7"), ["adverse_events.grade", "patients.ecog"]),
    "0": (say("0"), ["adverse_events.grade", "radiotherapy.fractions", "radiotherapy.dose_gy"]),
    "other unit g/dL": (lambda t: f"{float(t) / 10:g}", ["laboratory.albumin_g_l"]),
    "other unit mg/dL": (lambda t: f"{float(t) / 17.104:.2f}", ["laboratory.bilirubin_umol_l"]),
    "other unit cGy": (lambda t: f"{float(t) * 100:g}", ["radiotherapy.dose_gy"]),
    "other unit mm": (lambda t: f"{float(t) * 10:g}", ["patients.tumour_diameter_cm"]),
    "other unit µkat/L": (lambda t: f"{float(t) / 60:.2f}", ["laboratory.alp_u_l"]),
    "30 February": (lambda t: t[:5] + "02-30", DATES),
    "month 13": (lambda t: t[:5] + "13-01", DATES),
    "zeros": (say("0000-00-00"), DATES),
    "day missing": (lambda t: t[:7], DATES),
    "year alone": (lambda t: t[:4], DATES),
    "day first": (lambda t: f"{t[8:]}/{t[5:7]}/{t[:4]}", DATES),
    "day first, dots": (lambda t: f"{t[8:]}.{t[5:7]}.{t[:4]}", DATES),
    "two-digit year": (lambda t: f"{t[8:]}/{t[5:7]}/{t[2:4]}", DATES),
    "serial number": (say("43983"), DATES),
    "serial of SAS": (say("22067"), DATES),
    "next century": (lambda t: f"21{t[2:]}", DATES),
    "last century": (lambda t: f"18{t[2:]}", DATES),
    "word": (say("yesterday"), DATES),
    "unknown level": (say("ZZ"), LEVELS),
    "unknown patient": (say("Z99"), IDS),
    "empty": (say(""), [*IDS, "adverse_events.term", "adverse_events.grade"]),
    "2 for true": (say("2"), BOOLEANS),
    "perhaps": (say("perhaps"), BOOLEANS),
}


def rows(text):
    """Return the cells of a CSV text."""
    return list(csv.reader(io.StringIO(text)))


def join(cells, separator=","):
    """Return CSV text of cells."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(cells)
    return out.getvalue()


def edit(change):
    """Return a mutation of a file's bytes from one of its cells."""
    def mutate(text):
        cells = rows(text)
        change(cells)
        return join(cells).encode()
    return mutate


def set_cell(row, column, value):
    """Return a change that writes a cell."""
    def change(cells):
        cells[row][column] = value
    return change


def add_column(name, values):
    """Return a change that adds a column."""
    def change(cells):
        cells[0].append(name)
        for i, row in enumerate(cells[1:]):
            row.append(values[i % len(values)])
    return change


#: kind: mutation of a file's text into bytes: the study must come out as it was
HARMLESS_FILES = {
    "UTF-8 with mark": lambda t: t.encode("utf-8-sig"),
    "UTF-16 with mark": lambda t: t.encode("utf-16"),
    "UTF-16 LE without mark": lambda t: t.encode("utf-16-le"),
    "UTF-16 BE without mark": lambda t: t.encode("utf-16-be"),
    "UTF-32": lambda t: t.encode("utf-32"),
    "CRLF": lambda t: t.replace("\n", "\r\n").encode(),
    "CR": lambda t: t.replace("\n", "\r").encode(),
    "no final line break": lambda t: t.rstrip("\n").encode(),
    "blank lines": lambda t: (t.replace("\n", "\n\n") + "\n\n").encode(),
    "blank lines first": lambda t: ("\n\n" + t).encode(),
    "rows of commas at the end": lambda t: (t + "," * t.split("\n")[0].count(",") + "\n").encode(),
    "surplus empty cells": lambda t: t.replace("\n", ",,,\n").encode(),
    "semicolons": lambda t: join(rows(t), ";").encode(),
    "tabs": lambda t: join(rows(t), "\t").encode(),
    "bars": lambda t: join(rows(t), "|").encode(),
    "semicolons and decimal commas": lambda t: join(
        [[c.replace(".", ",") for c in r] for r in rows(t)], ";").encode(),
    "separator declared": lambda t: ("sep=;\n" + join(rows(t), ";")).encode(),
    "all quoted": lambda t: "".join(
        ",".join(f'"{c}"' for c in r) + "\n" for r in rows(t)).encode(),
    "spaces in the header": lambda t: edit(
        lambda cells: cells.__setitem__(0, [f" {c} " for c in cells[0]]))(t),
    "unknown column": edit(add_column("shoe_width", ["1", "2"])),
    "columns turned round": lambda t: join([r[::-1] for r in rows(t)]).encode(),
}

#: kind: (mutation, row or None, column or None): a finding must name the file, and these
REPORTED_FILES = {
    "empty file": (lambda t: b"", 1, None),
    "white space": (lambda t: b"  \n \n", 1, None),
    "header alone": (lambda t: t.split("\n")[0].encode(), 1, None),
    "no header": (lambda t: t.split("\n", 1)[1].encode(), 1, "patient_id"),
    "binary": (lambda t: bytes(range(256)) * 9, None, None),
    "compressed": (lambda t: gzip.compress(t.encode()), None, None),
    "JSON": (lambda t: b'{"a": [1, 2, 3]}', None, None),
    "HTML": (lambda t: b"<html><table><tr><td>A1</td></tr></table></html>", None, None),
    "NUL byte": (lambda t: t.replace("A1", "A\0", 1).encode(), 2, "patient_id"),
    "Latin-1 letter": (lambda t: edit(set_cell(1, 1, "Müller"))(t).decode().encode("latin-1"), 2,
                       None),
    "cut short": (lambda t: t.rstrip()[:-3].rsplit(",", 1)[0].encode(), "last", None),
    "cell missing": (edit(lambda cells: cells[2].pop()), 3, -1),
    "cell too many": (edit(lambda cells: cells[2].append("9")), 3, -1),
    "cells shifted": (edit(lambda cells: cells[2].insert(1, "9")), 3, -1),
    "quotation mark open": (lambda t: t.replace("A1", '"A1', 1).encode(), 2, None),
    "quotation mark inside": (lambda t: t.replace("A1", '"A"1', 1).encode(), 2, None),
    "quotation over two rows": (lambda t: t.replace("\nA", '\n"A', 1).replace(
        "\nA", '\nA"', 1).encode(), 2, None),
    "cell of a megabyte": (edit(set_cell(1, 1, "x" * 1_000_000)), 2, None),
    "column twice": (edit(add_column("patient_id", ["A1"])), 1, "patient_id"),
    "column without name": (edit(add_column("", ["x"])), 1, None),
    "identifier misspelt": (lambda t: t.replace("patient_id", "patent_id", 1).encode(), 1,
                            "patient_id"),
    "other separator in one row": (lambda t: t.replace("\nA2,", "\nA2;", 1).encode(), None, None),
    "title above": (lambda t: ("Study of 2020\n" + t).encode(), None, None),
    "remark below": (lambda t: (t + "* preliminary\n").encode(), "last", None),
    "row twice": (lambda t: (t + t.strip().rsplit("\n", 1)[1] + "\n").encode(), "last", None),
    "names": (edit(add_column("surname", ["Doe", "Roe"])), 1, "surname"),
    "names in cells": (edit(add_column("who", ["Doe, Jane", "Roe, Richard"])), 1, "who"),
    "telephone": (edit(add_column("contact", ["+49 351 4580000", "0351 458-2238"])), 1, "contact"),
    "e-mail": (edit(add_column("c", ["a@clinic.example", "b@clinic.example"])), 1, "c"),
    "address": (edit(add_column("where", ["12 High Street", "7 Low Road"])), 1, "where"),
    "record number": (edit(add_column("MRN", ["123456", "123457"])), 1, "MRN"),
    "date of birth": (edit(add_column("DateOfBirth", ["1950-01-01"])), 1, "DateOfBirth"),
}


def assert_same(study, whole):
    """Compare all tables and endpoints of two studies, whatever the order of their columns."""
    for table in (*TABLES, "endpoints"):
        mine, theirs = getattr(study, table), getattr(whole, table)
        pd.testing.assert_frame_equal(mine[theirs.columns], theirs)
