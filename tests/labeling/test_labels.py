"""The labels of a project grow, are renamed, merged and retired, and old values are read through it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labstudio.errors import Conflict, Invalid, LabstudioError, NotFound
from labstudio.labeling.labels import LabelSchema, SchemaChange
from labstudio.labeling.values import labels_of, value_now


def change(schema, **told):
    return schema.changed([SchemaChange(**told)])


def test_a_merge_of_merges_is_read_to_its_end():
    schema = LabelSchema.of(["a", "b", "c"])
    schema = change(schema, op="merge", label="a", into="b")
    schema = change(schema, op="merge", label="b", into="c")
    assert schema.now("l1").name == "c"
    assert [label.name for label in schema.offered] == ["c"]
    assert change(schema, op="restore", label="l1").now("l1").name == "a"


def test_a_name_is_free_again_and_its_label_keeps_its_id():
    schema = change(LabelSchema.of(["cat", "dog"]), op="rename", label="cat", name="lynx")
    schema = change(schema, op="add", name="cat")
    assert [(label.id, label.name) for label in schema] == [("l1", "lynx"), ("l2", "dog"), ("l3", "cat")]
    schema = change(schema, op="retire", label="dog")
    assert change(schema, op="add", name="dog").find("dog").id == "l4"


def test_keys_clash_and_are_free_when_a_label_is_gone():
    schema = LabelSchema.of([f"n{i}" for i in range(12)])
    assert [label.key for label in schema] == [*"1234567890", None, None]
    with pytest.raises(Conflict, match="chooses 'n2' already"):
        change(schema, op="key", label="n10", key="3")
    assert (
        change(change(schema, op="retire", label="n2"), op="key", label="n10", key="3").find("n10").key == "3"
    )


@pytest.mark.parametrize(
    ("told", "error", "sentence"),
    [
        ({"op": "rename", "label": "cat", "name": "DOG"}, Conflict, "There is a label 'dog' already"),
        ({"op": "rename", "label": "cat", "name": " "}, Invalid, "cannot be the name"),
        ({"op": "merge", "label": "cat", "into": "cat"}, Invalid, "cannot become itself"),
        ({"op": "merge", "label": "dog", "into": "hound"}, Invalid, "one of its own kinds"),
        ({"op": "parent", "label": "dog", "parent": "hound"}, Invalid, "a kind of itself"),
        ({"op": "retire", "label": "cta"}, NotFound, "did you mean 'cat'"),
        ({"op": "add", "name": "l2"}, Conflict, "id of another label"),
    ],
)
def test_what_cannot_be_gets_a_sentence(told, error, sentence):
    schema = change(LabelSchema.of(["cat", "dog"]), op="add", name="hound", parent="dog")
    with pytest.raises(error, match=sentence):
        change(schema, **told)


CHANGES = st.builds(
    SchemaChange,
    op=st.sampled_from(["add", "rename", "merge", "retire", "restore", "parent"]),
    label=st.sampled_from([f"l{i}" for i in range(1, 8)]),
    name=st.sampled_from("abcdefgh"),
    into=st.sampled_from([f"l{i}" for i in range(1, 8)]),
    parent=st.sampled_from(["", *(f"l{i}" for i in range(1, 8))]),
)


@given(st.lists(CHANGES, max_size=30))
def test_whatever_is_changed_every_old_value_can_be_read_and_names_stay_apart(changes):
    schema = LabelSchema.of(["a", "b", "c"])
    ever = set()
    for one in changes:
        ever |= {label.id for label in schema}
        try:
            schema = schema.changed([one])
        except LabstudioError:
            continue
    assert ever <= {label.id for label in schema}
    for label in ever:
        now = value_now({"label": label}, schema)
        assert schema.find(labels_of(now)[0]).merged is None
        assert value_now(now, schema) == now
    names = [label.name for label in schema.offered]
    assert len(names) == len(set(names))
