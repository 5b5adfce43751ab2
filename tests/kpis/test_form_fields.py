"""Fields that the forms of the registry and of agents share."""

from kpis.form_fields import LinesField, ProseField


def test_prose_and_lines_know_what_did_not_change():
    assert not ProseField().has_changed("a\nb\n", "a\r\nb")
    assert ProseField().has_changed("a\nb", "a\r\nc")
    assert not LinesField().has_changed(["a", "b"], "a\r\n\r\nb\r\n")
