from html.parser import HTMLParser

from aelesson.course.verdict import FAILS, HOLDS, UNKNOWN, Proof, Verdict

GOOD = Proof(HOLDS, "a < b & c", "yes", "5 seeds")
BAD = Proof(FAILS, "error", "0.3", "0.1 to 0.2, 5 seeds")
NEW = Proof(UNKNOWN, "error", "0.3", "measured only on sample")


class Page(HTMLParser):
    """Reads cells, and whether all that is opened is closed."""

    def __init__(self, html):
        super().__init__()
        self.cells, self.open, self.summary, self.is_open = [], [], "", None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag == "details":
            self.is_open = ("open", None) in attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1] in ("td", "th"):
            self.cells.append(data)
        elif self.open[-1] == "summary":
            self.summary += data


def test_a_verdict_is_one_line_that_opens_as_a_table():
    page = Page(Verdict([GOOD, GOOD])._repr_html_())
    assert page.summary == "✓ 2 of 2 hold"
    assert page.is_open is False
    assert page.open == []
    assert page.cells == [
        *("claim or number", "this run", "expected"),
        *("✓", "a < b & c", "yes", "5 seeds") * 2,
    ]


def test_what_fails_is_open_and_says_what_to_do():
    page = Page(Verdict([GOOD, BAD, NEW])._repr_html_())
    assert page.is_open is True
    assert page.summary.startswith("✗ 1 of 2 hold. Did you change a setting?")
    assert page.summary.endswith("· 1 with nothing to compare with")
    assert Page(Verdict([GOOD], is_open=True)._repr_html_()).is_open is True


def test_plain_text_tells_the_same():
    assert repr(Verdict([GOOD, NEW])).splitlines() == [
        "✓ 1 of 1 hold, · 1 with nothing to compare with",
        "  ✓ a < b & c: yes (5 seeds)",
        "  · error: 0.3 (measured only on sample)",
    ]
