"""Tables of one's own: what is read exactly, what is guessed, and a sentence for what cannot be learned from."""

import csv
import io
import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optim_viz.data import read_csv, table
from optim_viz.words import Text

NAN = float("nan")


def refused(source, *args, **values) -> Text:
    """The sentence of the ValueError that reading must raise."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the sentence itself is what the tests look at
        read_csv(source, *args, **values)
    assert isinstance(caught.value.args[0], Text)
    return caught.value.args[0]


def same(found, expected) -> bool:
    return np.array_equal(found, np.array(expected, dtype=float), equal_nan=True)


# -- what is read -----------------------------------------------------------------------------------------


def test_a_plain_table():
    """Numbers stay exact, the last column is the target, text in it makes classes by alphabet."""
    data, report = read_csv("width,height,kind\n1.5,2e-3,cat\n-0.1,4,dog\n3,4,cat\n", name="pets.csv")
    assert same(data.X, [[1.5, 0.002], [-0.1, 4], [3, 4]])
    assert (data.y.tolist(), data.classes, data.task) == ([0, 1, 0], ("cat", "dog"), "classification")
    assert (data.features, data.target, data.name, data.gaps) == (("width", "height"), "kind", "pets.csv", False)
    assert (report.rows, report.dropped, report.missing, report.target) == (3, 0, 0, 3)
    assert (report.delimiter, report.header) == (",", True)
    assert [c.kind for c in report.columns] == ["number", "number", "target"]
    assert report.sentences() == ["3 rows and 3 columns were read."]


def test_a_table_with_everything():
    """Gaps, categories, constants, duplicate names, equal columns and rows without a target, all at once."""
    text = (
        "n,color,n,same,empty,copy,y\n"
        "1,red,5,7,,1.0,2.5\n"
        "NA,blue,6,7,?,NaN,3.5\n"
        "3,-,7,,,3,4\n"
        "\n"
        "4,red,8,7,,4,?\n"
        "5,red,9,7,,5,1\n"
    )
    data, report = read_csv(text)
    assert data.features == ("n", "color = blue", "color = red", "n (2)", "copy")
    assert same(data.X, [[1, 0, 1, 5, 1], [NAN, 1, 0, 6, NAN], [3, NAN, NAN, 7, 3], [5, 0, 1, 9, 5]])
    assert (data.y.tolist(), data.task, data.gaps) == ([2.5, 3.5, 4, 1], "regression", True)
    assert (report.rows, report.dropped, report.missing) == (5, 1, 3)
    notes = {c.number: c.notes for c in report.columns}
    assert notes == {
        1: ["1 missing; the mean of the training rows stands in."],
        2: [
            "2 categories, each a column of 0 and 1.",
            "1 missing; the shares in the training rows stand in.",
        ],
        3: ["Renamed: its name was empty, too long or taken."],
        4: ["Left out: all its known values are the same."],
        5: ["Left out: empty."],
        6: ["1 missing; the mean of the training rows stands in.", "Equal to column 1."],
        7: [],
    }
    assert report.sentences() == [
        "5 rows and 7 columns were read.",
        "Rows dropped, as they have no target: 1.",
        "Missing cells: 3; training means stand in for them.",
        "Columns left out: 2.",
    ]


def test_gaps_are_filled_by_the_split():
    """Missing numbers become training means, missing categories the training shares; test rows say nothing."""
    data, _ = read_csv("a,c,y\n1,u,1.5\n3,u,2\n,v,3\n5,,4\n99,v,5\n", task="regression")
    split = data.split(0.8, 0, shuffle=False, scaling="none")
    assert split.train.X.tolist() == [[1, 1, 0], [3, 1, 0], [3, 0, 1], [5, 2 / 3, 1 / 3]]
    assert split.test.X.tolist() == [[99, 0, 1]]


def test_target_by_name_or_number():
    """Any column can be the target, by name or by its number from 1; the features keep the order of the file."""
    text = "a,b,c\n1,5,x\n2,6,y\n1,7,x\n2,8,y\n"
    by_name, by_number = read_csv(text, "a")[0], read_csv(text, 1)[0]
    assert by_name.features == by_number.features == ("b", "c = x", "c = y")
    assert by_name.classes == ("1", "2")
    assert by_name.digest == by_number.digest
    assert refused(text, "d") == refused(text, 0) == refused(text, 4) == "The table has no such target column."


@pytest.mark.parametrize(
    ("target", "task", "classes"),
    [
        (["0", "1", "1.0", "0"], "classification", ("0", "1")),
        (["10", "9", "10", "9"], "classification", ("9", "10")),
        (["1", "2", "3", "4"], "regression", ()),
        (["0.5", "1", "0.5", "1"], "regression", ()),
        (["yes", "no", "yes", "1"], "classification", ("1", "no", "yes")),
        ([str(k % 11) for k in range(44)], "regression", ()),
    ],
)
def test_labels_or_amounts(target, task, classes):
    """Text and few repeated whole numbers are classes, by value and in order; other numbers are amounts."""
    text = "x,y\n" + "".join(f"{k},{value}\n" for k, value in enumerate(target))
    data, report = read_csv(text)
    assert (data.task, data.classes, report.task) == (task, classes, task)


def test_decimal_commas_without_a_header():
    """Where comma and semicolon both cut all rows alike, the comma is the decimal sign."""
    data, report = read_csv("1,5;2;u\n2,5;3;v\n")
    assert (data.X.tolist(), report.delimiter, report.header) == ([[1.5, 2], [2.5, 3]], ";", False)


def test_task_can_be_chosen():
    """What was guessed can be overruled: whole numbers as amounts, fractions as classes."""
    text = "x,y\n1,0\n2,1\n3,0\n4,1\n"
    assert read_csv(text, task="regression")[0].y.tolist() == [0, 1, 0, 1]
    halves = read_csv("x,y\n1,0.5\n2,1\n3,0.5\n4,1\n", task="classification")[0]
    assert halves.classes == ("0.5", "1")


def test_the_answer_among_the_features():
    """A feature that equals the target is reported, as number or as text."""
    _, report = read_csv("a,b,y\n1,0,1.0\n2,1,2.0\n1,1,1.0\n2,0,2.0\n")
    assert report.columns[0].notes == ["Equal to the target: it gives the answer away."]
    assert report.columns[1].notes == []
    _, report = read_csv("a,b,y\n-0,0,u\n1,1.0,v\n")
    assert report.columns[1].notes == ["Equal to column 1."]
    _, report = read_csv("a,y\nu,u\nv,v\nv,v\n")
    assert "Equal to the target: it gives the answer away." in report.columns[0].notes


def test_too_many_texts_are_left_out():
    """Fifty categories are used; fifty-one are left out with the reason, as is text among numbers."""
    rows = "".join(f"{k},n{k % 50},n{k % 51},{'12a' if k in (60, 70) else k},{k % 2}\n" for k in range(120))
    data, report = read_csv("x,fifty,more,mixed,y\n" + rows)
    assert len(data.features) == 51
    assert report.columns[2].notes == ["Left out: 51 different texts are too many for categories."]
    assert report.columns[3].notes == ["Left out: text among its numbers, first in row 62."]


def test_texts_that_never_repeat_are_left_out():
    """Names and dates, different in every row, teach nothing; up to ten different words always count."""
    rows = "".join(f"{k % 11},2020-01-{k + 10},{'w' + str(min(k, 9))},{k % 2}\n" for k in range(20))
    data, report = read_csv("x,date,word,y\n" + rows)
    assert len(data.features) == 11
    assert report.columns[1].notes == ["Left out: 20 different texts are too many for categories."]


def test_thousands():
    """1,234 in quotes is a thousand and more; 1,23 is text."""
    data, _ = read_csv('a,b,y\n"1,234","1,23",u\n"-1,234,567.5",2,v\n')
    assert same(data.X, [[1234, 1, 0], [-1234567.5, 0, 1]])


# -- what is guessed --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "delimiter", "X"),
    [
        ("a;b;y\n1,5;2;u\n2,5;3;v\n", ";", [[1.5, 2], [2.5, 3]]),
        ("a\tb\ty\n1\t2\tu\n3\t4\tv\n", "\t", [[1, 2], [3, 4]]),
        ('a,b,y\n1,"2",u\n"3",4,v\n', ",", [[1, 2], [3, 4]]),
        ("a, b, y\n 1 ,2, u\n3, 4 ,v \n", ",", [[1, 2], [3, 4]]),
        ("a,b,y\r\n1,2,u\r\n3,4,v", ",", [[1, 2], [3, 4]]),
        ("a,b,y,\n1,2,u,,\n3,4,v,\n", ",", [[1, 2], [3, 4]]),
        ('a,t,y\n1,"p;q",u\n3,"r\ns",v\n', ",", [[1, 1, 0], [3, 0, 1]]),
    ],
)
def test_delimiters(text, delimiter, X):
    """Comma, semicolon (with decimal commas) and tab are told apart; quotes, blanks and trailing commas do no harm."""
    data, report = read_csv(text, "y")
    assert report.delimiter == delimiter
    assert same(data.X, X)
    assert data.classes == ("u", "v")


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("a,y\n1,u\n2,v\n", True),
        ("1,u\n2,v\n", False),
        ("?,u\n2,v\n3,u\n", False),
        ("color,kind\nred,u\nblue,v\n", True),
        ("red,u\nblue,v\nred,v\n", False),
        (",y\n1,u\n2,v\n", True),
        ("2019,2020\n1,u\n2,v\n", False),
    ],
)
def test_header_guess(text, header):
    """A first row of words over numbers, or of words that never come again, is a header."""
    assert read_csv(text)[1].header is header


def test_header_can_be_chosen():
    """The guess can be overruled, and columns without names are numbered."""
    data, report = read_csv("2019,kind\n1,u\n2,v\n", header=True)
    assert (data.features, report.rows) == (("2019",), 2)
    data, report = read_csv("color,kind\nred,u\nblue,v\n", header=False)
    assert data.features == ("column 1 = blue", "column 1 = color", "column 1 = red")
    assert report.columns[0].notes == ["3 categories, each a column of 0 and 1."]
    assert "The first row holds data, so the columns are numbered." in report.sentences()


def test_names_are_all_different():
    """Equal, empty and overlong names are made different, and no name is taken twice."""
    header = f"a,a,a (2),,{'w' * 99},y"
    data, report = read_csv(f"{header}\n1,2,3,4,5,u\n2,3,4,5,6,v\n")
    assert data.features == ("a", "a (3)", "a (2)", "column 4", "w" * 60)
    assert [c.number for c in report.columns if c.notes] == [2, 4]


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        ("키,종류\n1,고양이\n2,개\n".encode(), "UTF-8"),
        ("\ufeff키,종류\n1,고양이\n2,개\n".encode(), "UTF-8"),
        ("키,종류\n1,고양이\n2,개\n".encode("cp949"), "CP949"),
        ("\ufeff키,종류\n1,고양이\n2,개\n", "text"),
    ],
)
def test_encodings(raw, encoding):
    """Korean words arrive whole in UTF-8, with or without BOM, and in CP949 as Excel saves it."""
    data, report = read_csv(raw)
    assert (data.features, data.target, data.classes) == (("키",), "종류", ("개", "고양이"))
    assert report.encoding == encoding


def test_user_text_stays_text():
    """Formulas, markup and paths in cells or names are words like any other."""
    data, report = read_csv("=1+1,**x**,y\n1,<b>,=cmd()\n2,</b>,../../etc\n")
    assert data.features == ("=1+1", "**x** = </b>", "**x** = <b>")
    assert data.classes == ("../../etc", "=cmd()")
    said = [*report.sentences(), *(note for c in report.columns for note in c.notes)]
    assert not any("<" in text or "*" in text or "=" in text for text in said)


# -- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (b"", "The file is empty."),
        (" \n\n", "The file is empty."),
        ("\ufeff", "The file is empty."),
        ("a,b,y\n", "The file has only a header and no data."),
        ("a,y\n1,u\n", "The file has only one row of data: learning needs more."),
        ("1,2\n", "The file has only one row of data: learning needs more."),
        ("a,y\n1,u\n2,\n", "Fewer than two rows have a target."),
        ("a,y\n1,u\n2,u\n", "The target has only one class: there is nothing to tell apart."),
        ("a,y\n1,0.5\n2,0.5\n3,0.5\n", "The target is the same in every row: there is nothing to learn."),
        ("y\nu\nv\nu\n", "No column to learn from: each is constant, empty, or text that hardly repeats."),
        ("a,y\n1,u\n1,v\n", "No column to learn from: each is constant, empty, or text that hardly repeats."),
        ("a,y\n1,u\n2,v,w\n3,u\n", "Row 3 and row 1 differ in their number of cells: 3 and 2."),
        ("\na,y\n1,u\n\n2\n", "Row 5 and row 2 differ in their number of cells: 1 and 2."),
        ("a,y\n1,u\ninf,v\n", "Row 3, column 1 holds an infinite or huge number."),
        ("a,y\n1,u\n-1e999,v\n", "Row 3, column 1 holds an infinite or huge number."),
        ("a,y\n1,1.5\n2,1e200\n", "Row 3, column 2 holds an infinite or huge number."),
        ('a,y\n1,u\n2,"v\n', "Row 3 cannot be read: a quotation mark that does not fit, or too long a cell."),
        (b"PK\x03\x04\x14\x00\x06\x00", "This is not text in UTF-8 or CP949. From a spreadsheet, save as CSV (UTF-8)."),
        (b"\xff\xfea\x00,\x00", "This is not text in UTF-8 or CP949. From a spreadsheet, save as CSV (UTF-8)."),
        (b"a,y\n1,\xff\xff\n", "This is not text in UTF-8 or CP949. From a spreadsheet, save as CSV (UTF-8)."),
        ("a,y\n1,\0\n", "This is not text in UTF-8 or CP949. From a spreadsheet, save as CSV (UTF-8)."),
        (b"x" * 50_000_000, "The file has 50.0 MB; the limit is 5 MB."),
        ("1,2\n" * 1_000_000, "The file has more than 100000 rows; keep a part of them."),
        (",".join(["1"] * 201) + "\n", "The file has 201 columns; the limit is 200."),
    ],
    ids=range(24),
)
def test_bad_files(source, sentence):
    """Each kind of file that nothing can be learned from has its own sentence, with the row where there is one."""
    assert refused(source) == sentence


def test_the_limits_themselves_are_allowed():
    """Exactly 100 000 rows below a header, and exactly 200 columns, are read."""
    _, report = read_csv("x,y\n" + "1,0\n2,1\n" * 50_000)
    assert report.rows == 100_000
    rows = [",".join(str(k * row) for k in range(1, 201)) for row in (1, 2)]
    assert read_csv("\n".join(rows))[0].X.shape == (2, 199)


def test_bad_choices():
    """Regression on text, too many classes, and unknown tasks or delimiters are refused."""
    words = "x,y\n" + "".join(f"{k},w{k}\n" for k in range(60))
    assert refused(words, task="regression") == (
        "The target holds text: a regression needs numbers. Choose classification."
    )
    assert refused(words) == "The target has 60 different values; the limit is 50 classes. Choose another column."
    assert refused(words, task="magic") == "The task must be classification or regression."
    assert refused(words, delimiter="|") == "The delimiter must be a comma, a semicolon or a tab."


def test_too_many_numbers():
    """Categories cannot blow a small file up: 40 columns of 50 texts would be 24 million numbers."""
    rng = random.Random(0)
    row = lambda: ",".join(rng.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX", k=40))  # noqa: E731
    text = "".join(f"{row()},{k % 2}\n" for k in range(12_000))
    assert refused(text) == (
        "Written as numbers, the table has more than 2.5 million cells. Leave out columns or rows."
    )


SLOW = {
    "digits": "9" * 100_000 + ",1\n" + "8" * 100_000 + ",2\n",
    "quotes": '"' * 1_000_000,
    "commas": "," * 4_000_000,
    "letters": ("a" * 200 + "\n") * 20_000,
    "lines": "\n" * 5_000_000,
}


@pytest.mark.parametrize("source", SLOW.values(), ids=SLOW)
def test_nothing_takes_long(source):
    """Files made to be slow are answered within a few seconds of processor time."""
    start = time.process_time()
    refused(source)
    assert time.process_time() - start < 5


# -- any file ---------------------------------------------------------------------------------------------

finite = st.floats(-1e9, 1e9, allow_subnormal=False).map(lambda v: v + 0.0)
word = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=8).map(
    lambda s: f"w{s}w"
)  # a letter on both ends: no number, no missing value, no blank to strip


@given(
    st.lists(st.tuples(finite, finite, st.sampled_from("uv")), min_size=4, max_size=20),
    st.lists(word, min_size=3, max_size=3, unique=True),
    st.sampled_from(",;\t"),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_round_trip(rows, names, delimiter, quoting, encoding):
    """Whatever numbers and names a CSV writer writes are read back exactly, digit by digit."""
    if len({r[0] for r in rows}) < 2 or len({r[1] for r in rows}) < 2 or len({r[2] for r in rows}) < 2:
        return
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=quoting).writerows([names, *rows])
    data, report = read_csv(out.getvalue().encode(encoding), header=True, delimiter=delimiter)
    assert data.X.tolist() == [list(r[:2]) for r in rows]
    assert [data.classes[k] for k in data.y] == [r[2] for r in rows]
    assert [*data.features, data.target] == [" ".join(name.split()) for name in names]
    assert report.missing == 0


@given(st.binary(max_size=300) | st.text(st.sampled_from('abc019.,;\t\n\r"-?eE_ \0é가'), max_size=300))
def test_any_bytes(source):
    """Any bytes at all are either data that can be split, or a sentence: never another error, never a warning."""
    try:
        data, report = read_csv(source)
    except ValueError as error:
        assert isinstance(error.args[0], Text)  # noqa: PT017
        return
    split = data.split(1, 0)
    assert np.isfinite(split.train.X).all()
    assert len(report.columns) <= table.MAX_COLUMNS
