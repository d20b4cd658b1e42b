# Opens the files that TestReadersFiles wrote with programs that we did not write, and compares their cells with the CSV. See .ci/readers.
import csv, datetime, io, json, pathlib, re, subprocess, sys, zipfile

import openpyxl
import pandas

folder = pathlib.Path(sys.argv[1]).resolve()
compared = {}
WORDS = {"vi": {"-97": "Bỏ qua", "-98": "Không muốn trả lời"}, "km": {"-97": "រំលង", "-98": "មិនចង់ឆ្លើយ"}}


def same(kind, where, got, want):
    compared[kind] = compared.get(kind, 0) + 1
    if got != want:
        sys.exit(f"{kind}: {where} is {got!r}, not {want!r}")


def guarded(text):
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and text else text


def number(text):
    return re.fullmatch(r"-?(0|[1-9]\d*)(\.\d+)?", text)


def tables(file, ending):
    """The tables of a file, or of all in a zip: name -> bytes."""
    if file.suffix != ".zip":
        return {"cham_con": file.read_bytes()}
    with zipfile.ZipFile(file) as z:
        assert z.testzip() is None
        return {n.removesuffix(ending): z.read(n) for n in z.namelist()}


def find(stem):
    return next(folder.glob(stem + ".*"))


def rows_of(text):
    return list(csv.reader(io.StringIO(text, newline="")))


def moment(text):
    """The wall clock in Viet Nam of a date, or a date and a time, or None."""
    if not re.match(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?|$)", text):
        return None
    at = datetime.datetime.fromisoformat(text)
    if at.tzinfo:
        at = at.astimezone(datetime.timezone(datetime.timedelta(hours=7))).replace(tzinfo=None)
    return at.replace(microsecond=0)


def codebook(book):
    """What the codebook says of each variable: short name -> its question, labels by code, numbers by code."""
    sheet = next(s for s in book.worksheets if s.title in ("Từ điển biến", "វចនានុក្រមអថេរ"))
    known = []
    for row in sheet.iter_rows(min_row=2, values_only=True):
        if not row[1]:
            break
        labels, numbers = {}, {}
        for line in (row[5] or "").splitlines():
            code, n, label = re.fullmatch(r"(\S+)(?: \((-?\d+)\))? = (.*)", line).groups()
            labels[code], numbers[code] = label, int(n or code) if re.fullmatch(r"-?\d+", n or code) else None
        known.append(dict(name=row[0], short=row[1], vi=row[2], km=row[3], type=row[4], labels=labels, numbers=numbers))
    return known


def check_openpyxl(book, name, want):
    sheet = book[name]
    rows = list(sheet.iter_rows(values_only=True))
    same("openpyxl", f"{name} rows", len(rows), len(want))
    for i, row in enumerate(want):
        for k, w in enumerate(row):
            got = rows[i][k] if k < len(rows[i]) else None
            where = f"{name} {want[0][k]} row {i}"
            if got is None:
                got = ""
            elif isinstance(got, datetime.datetime):
                same("openpyxl", where, got, moment(w))
                continue
            elif isinstance(got, (int, float)):
                same("openpyxl", where, float(got), float(w))
                continue
            # openpyxl leaves the escapes of ECMA-376 as they are.
            got = got.replace("_x005F_", "_")
            same("openpyxl", where, got if got == w else guarded(got), w)


def check_libreoffice(stem, name, want):
    rows = rows_of((folder / f"{stem}-xlsx-{name}.csv").read_bytes().decode("utf-8"))
    same("LibreOffice", f"{name} rows", len(rows), len(want))
    for i, row in enumerate(want):
        for k, w in enumerate(row):
            got = rows[i][k]
            where = f"{name} {want[0][k]} row {i}"
            if i and moment(w):
                same("LibreOffice", where, datetime.datetime.fromisoformat(got), moment(w))
            elif number(got) and number(w):
                same("LibreOffice", where, float(got), float(w))
            else:
                same("LibreOffice", where, got if got == w else guarded(got), w)


def check_pspp(data, name, want, known, work):
    (work / "a.sav").write_bytes(data)
    (work / "a.sps").write_text(
        "GET FILE='a.sav'.\nDISPLAY LABELS.\nSAVE TRANSLATE /OUTFILE='values.csv' /TYPE=CSV /FIELDNAMES /REPLACE.\n"
        "SAVE TRANSLATE /OUTFILE='labels.csv' /TYPE=CSV /FIELDNAMES /CELLS=LABELS /REPLACE.\n"
        "SAVE TRANSLATE /OUTFILE='recoded.csv' /TYPE=CSV /FIELDNAMES /MISSING=RECODE /REPLACE.\n"
    )
    said = subprocess.run(["pspp", "-O", "format=csv", "a.sps"], cwd=work, capture_output=True, text=True)
    if said.returncode or "warning" in said.stdout + said.stderr:
        sys.exit(f"PSPP: {said.stdout[-2000:]}{said.stderr}")
    read = lambda n: rows_of((work / n).read_bytes().decode("utf-8"))
    values, labels, recoded = read("values.csv"), read("labels.csv"), read("recoded.csv")
    same("PSPP", f"{name} names", values[0], [k["short"] for k in known])
    same("PSPP", f"{name} rows", len(values), len(want))
    for k in known:
        if k["type"] and k["vi"] and len(k["vi"].encode()) < 255:
            compared["PSPP"] += 1
            if " ".join(k[work.name].split()) not in said.stdout.replace('""', '"'):
                sys.exit(f"PSPP: the label of {k['short']} is not {k[work.name]!r}")
    for i in range(1, len(want)):
        for c, k in enumerate(known):
            w, got, where = want[i][c], values[i][c], f"{name} {k['short']} row {i}"
            if w in ("-97", "-98"):
                if k["type"] not in ("date", "dateTime"):  # PSPP shows nothing for a time before its calendar, but knows the label
                    same("PSPP", where, got, w)
                if not re.match("text|time|geopoint|select_multiple|rank", k["type"] or ""):  # texts cannot be declared as missing
                    same("PSPP", where + " recoded", recoded[i][c].strip(), "")
                    same("PSPP", where + " label", labels[i][c], WORDS[work.name][w])
            elif w in k["numbers"] and not (k["type"] or "").startswith(("select_multiple", "rank")):
                same("PSPP", where, float(got), float(k["numbers"][w]))
                label = k["labels"][w]
                if len(label.encode()) <= 120:
                    same("PSPP", where + " label", labels[i][c], label)
                elif not (labels[i][c].endswith("…") and label.startswith(labels[i][c][:-1]) and len(labels[i][c].encode()) <= 120):
                    sys.exit(f"PSPP: {where}: the label is {labels[i][c]!r}")
            elif moment(w):
                form = "%m/%d/%Y %H:%M:%S" if " " in got else "%m/%d/%Y"
                same("PSPP", where, datetime.datetime.strptime(got, form), moment(w))
            elif number(got) and number(w):
                same("PSPP", where, float(got), float(w))
            else:
                got = got.rstrip(" ")  # SPSS fills texts up with spaces
                same("PSPP", where, got if got == w.rstrip(" ") else guarded(got), w.rstrip(" "))


def check_pandas(data, name, want, known, work):
    (work / "a.dta").write_bytes(data)
    with pandas.read_stata(work / "a.dta", iterator=True, convert_categoricals=False, convert_missing=True, convert_dates=False) as f:
        table = f.read()
        variables, sets = f.variable_labels(), f.value_labels()
        set_of = dict(zip(f.varlist, f.lbllist))
        formats = dict(zip(f.varlist, f.fmtlist))
    pandas.read_stata(work / "a.dta")  # as most people open it: labels become categories
    same("pandas", f"{name} names", list(table.columns), [k["short"] for k in known])
    same("pandas", f"{name} rows", len(table), len(want) - 1)
    epoch = datetime.datetime(1960, 1, 1)
    for c, k in enumerate(known):
        question = " ".join((k[work.name] or "").split())
        if question and len(question) <= 80:
            same("pandas", f"{name} {k['short']} label", variables[k["short"]], question)
        texts = sets.get(set_of[k["short"]], {})
        for i, got in enumerate(table.iloc[:, c], 1):
            w, where = want[i][c], f"{name} {k['short']} row {i}"
            missing = not isinstance(got, str) and not isinstance(got, (int, float)) and hasattr(got, "string")
            if missing:
                same("pandas", where, {".": "", ".s": "-97", ".r": "-98"}[got.string], w)
            elif isinstance(got, str):
                same("pandas", where, got if got == w else guarded(got), w)
            elif formats[k["short"]] == "%td":
                same("pandas", where, epoch + datetime.timedelta(days=float(got)), moment(w))
            elif formats[k["short"]] == "%tc":
                same("pandas", where, epoch + datetime.timedelta(milliseconds=float(got)), moment(w))
            elif w in k["numbers"]:
                same("pandas", where, float(got), float(k["numbers"][w]))
                same("pandas", where + " label", texts[int(got)], k["labels"][w])
            else:
                same("pandas", where, float(got), float(w))


def check_json(objects, want):
    same("json", "rows", len(objects), len(want) - 1)
    for i, o in enumerate(objects, 1):
        for c, name in enumerate(want[0]):
            if name in o:
                got = str(o[name])
                same("json", f"{name} row {i}", got if got == want[i][c] else guarded(got), want[i][c])
            elif want[i][c] and "/" not in name.removeprefix("ho/") and not name.startswith("_cho_o"):
                sys.exit(f"json: {name} is missing in row {i}")


books = sorted(folder.glob("*-xlsx.xlsx"))
sheets_of = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", sheets_of, "--outdir", str(folder), *map(str, books)],
               check=True, capture_output=True)
for book_file in books:
    stem = book_file.name.removesuffix("-xlsx.xlsx")
    work = folder / stem / stem.split("-")[1]
    work.mkdir(parents=True)
    base = {n: rows_of(b.decode("utf-8-sig")) for n, b in tables(find(stem + "-csv"), ".csv").items()}
    spss, stata = tables(find(stem + "-sav"), ".sav"), tables(find(stem + "-dta"), ".dta")
    book = openpyxl.load_workbook(book_file, read_only=False)
    known = codebook(book)
    for name, want in base.items():
        mine = []
        for heading in want[0]:
            mine.append(known.pop(0))
            same("codebook", name, mine[-1]["name"], heading)
        check_openpyxl(book, name, want)
        check_libreoffice(stem, name, want)
        check_pspp(spss[name], name, want, mine, work)
        check_pandas(stata[name], name, want, mine, work)
    check_json(json.loads(find(stem + "-json").read_bytes(), parse_float=str), base["cham_con"])
for kind, n in compared.items():
    print(f"{kind}: {n} comparisons, all equal")
