import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from observability.dashboards.written import written

LONG = "x" * 500
values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.just(LONG),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(), values))
def test_what_is_written_reads_back_as_itself(content):
    assert json.loads(written(content)) == content


def test_what_is_short_stands_on_one_line_with_its_keys_in_order():
    assert written({"b": [1, 2], "a": LONG}) == f'{{\n "a":"{LONG}",\n "b":[1,2]\n}}\n'
