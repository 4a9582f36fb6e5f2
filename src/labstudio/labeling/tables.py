"""Where labeling is kept: projects, schemas, items, leases, annotations, and what models and reviewers say.

Annotations are appended and never changed. What can always be made again from them stands apart: `votes`
says what of each annotator counts now, and an item carries its number of votes, so that the queue need not
count. This module has the tables alone; the statements stand with what they are for.
"""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from labstudio.store import metadata

projects = Table(
    "labeling_projects",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),  # free again when the project has been put away
    Column("data", String, nullable=False),  # name of the asset
    Column("version", Integer, nullable=False),  # of the asset, as far as its items are known
    Column("item_kind", String, nullable=False),  # table | text | image
    Column("task", String, nullable=False),  # class | multi | number | cells | boxes | polygons | spans
    Column("settings", JSON, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("archived", Float),  # when it was put away; None while it is in use
    Index("ix_labeling_projects_name", "name"),
)

members = Table(
    "labeling_members",
    metadata,
    Column("project", Integer, ForeignKey("labeling_projects.number"), primary_key=True),
    Column("person", String, primary_key=True),
    Column("role", String, nullable=False),  # annotator | reviewer | owner
)

# every version of the labels of a project in full, labels that are gone included: an id is never used twice
schemas = Table(
    "labeling_schemas",
    metadata,
    Column("project", Integer, ForeignKey("labeling_projects.number"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("labels", JSON, nullable=False),
    Column("changes", JSON, nullable=False),  # that made it of the version before
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
)

items = Table(
    "labeling_items",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("project", Integer, ForeignKey("labeling_projects.number"), nullable=False),
    Column("key", String, nullable=False),  # the same through all versions of the asset
    Column("content", String, nullable=False),  # hash of what is labeled
    Column("version", Integer, nullable=False),  # newest version of the asset that has it
    Column("place", Integer, nullable=False),  # row, or place in the folder, in that version
    Column("rank", Integer, nullable=False),  # its turn where no model says otherwise
    Column("group", String),
    Column("split", String),  # train | validation | test
    Column("width", Integer),  # of an image, upright
    Column("height", Integer),
    Column("retired", Float),  # when the asset lost it; None while it is there
    Column("fresh_from", Integer, nullable=False),  # annotations up to this one are of other content
    Column("votes", Integer, nullable=False),  # annotators whose label counts now
    Column("decided", Integer),  # the annotation of a reviewer, which ends all questions
    Column("auto", Integer),  # the annotation that is a model's label
    Column("audit", Boolean, nullable=False, server_default=false()),  # a person looks at that label too
    Column("open", Boolean, nullable=False),  # it is to be given to annotators
    UniqueConstraint("project", "key"),
    Index("ix_labeling_items_open", "project", "open", "rank"),
    Index("ix_labeling_items_place", "project", "version", "place"),
)

# the order that a model proposes; apart from the items, so that a new order locks none of them
priorities = Table(
    "labeling_priorities",
    metadata,
    Column("item", Integer, ForeignKey("labeling_items.number"), primary_key=True),
    Column("project", Integer, nullable=False),
    Column("priority", Float, nullable=False),  # the highest first
    Column("reason", String, nullable=False),  # unsure | diverse | random | audit | sent back | chosen
    Index("ix_labeling_priorities_project", "project", "priority"),
)

leases = Table(
    "labeling_leases",
    metadata,
    Column("item", Integer, ForeignKey("labeling_items.number"), primary_key=True),
    Column("annotator", String, primary_key=True),
    Column("project", Integer, nullable=False),
    Column("expires", Float, nullable=False),
    Column("reason", String, nullable=False),
    Index("ix_labeling_leases_project", "project", "annotator"),
)

annotations = Table(
    "labeling_annotations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),  # the sequence number of exports
    Column("project", Integer, ForeignKey("labeling_projects.number"), nullable=False),
    Column("item", Integer, ForeignKey("labeling_items.number"), nullable=False),
    Column("annotator", String, nullable=False),
    Column("action", String, nullable=False),  # label | skip | undo | review | import | auto
    Column("value", JSON),
    Column("schema_version", Integer, nullable=False),  # that the value was made under
    Column("milliseconds", Integer),  # that the person worked on it
    Column("suggestion", Integer),  # what stood before the person's eyes
    Column("supersedes", Integer),  # what counted of the same annotator before; of an undo: what is undone
    Column("run", Integer),  # the model run of an automatic label
    Column("reason", String),  # why it was asked: those asked at random tell how good a model is
    Column("batch", String),  # what was done in one stroke is undone in one
    Column("late", Boolean, nullable=False),  # a vote more than was asked for: others had been faster
    Column("client_id", String, nullable=False),
    Column("created", Float, nullable=False),
    UniqueConstraint("client_id"),
    Index("ix_labeling_annotations_item", "item"),
    Index("ix_labeling_annotations_annotator", "project", "annotator", "number"),
    Index("ix_labeling_annotations_supersedes", "supersedes"),
    Index("ix_labeling_annotations_run", "run"),
)

# what of each annotator counts now; made again from the annotations at any time
votes = Table(
    "labeling_votes",
    metadata,
    Column("item", Integer, ForeignKey("labeling_items.number"), primary_key=True),
    Column("annotator", String, primary_key=True),
    Column("project", Integer, nullable=False),
    Column("annotation", Integer, ForeignKey("labeling_annotations.number"), nullable=False),
    Column("action", String, nullable=False),  # label | skip | import
    Index("ix_labeling_votes_project", "project", "annotator"),
)

model_runs = Table(
    "labeling_model_runs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("project", Integer, ForeignKey("labeling_projects.number"), nullable=False),
    Column("kind", String, nullable=False),  # live | auto | import
    Column("state", String, nullable=False),  # complete | failed | reverted
    Column("sequence", Integer, nullable=False),  # the newest annotation that it knew
    Column("schema_version", Integer, nullable=False),
    Column("encoder", String, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("outcome", JSON, nullable=False),  # labels, score with its interval, thresholds, counts
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("ended", Float),
    Column("reverted", Float),
    Column("reverted_by", String),
    Index("ix_labeling_model_runs_project", "project"),
)

suggestions = Table(
    "labeling_suggestions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("run", Integer, ForeignKey("labeling_model_runs.number"), nullable=False),
    Column("project", Integer, nullable=False),
    Column("item", Integer, ForeignKey("labeling_items.number"), nullable=False),
    Column("value", JSON, nullable=False),
    Column("score", Float),  # how sure the model is, 0 to 1
    Column("label", String),  # of a class, so that a grid can ask for one
    Index("ix_labeling_suggestions_item", "item", "run"),
    Index("ix_labeling_suggestions_run", "run"),
)

reviews = Table(
    "labeling_reviews",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("project", Integer, ForeignKey("labeling_projects.number"), nullable=False),
    Column("item", Integer, ForeignKey("labeling_items.number"), nullable=False),
    Column("decision", String, nullable=False),  # accept | fix | send_back
    Column("annotation", Integer),  # the reviewer's own, that now decides
    Column("reviewer", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("client_id", String, nullable=False),
    Column("created", Float, nullable=False),
    UniqueConstraint("client_id"),
    Index("ix_labeling_reviews_item", "item"),
)

gold = Table(
    "labeling_gold",
    metadata,
    Column("item", Integer, ForeignKey("labeling_items.number"), primary_key=True),
    Column("project", Integer, nullable=False),
    Column("value", JSON, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("set_by", String, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_labeling_gold_project", "project"),
)

notes = Table(
    "labeling_notes",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("project", Integer, ForeignKey("labeling_projects.number"), nullable=False),
    Column("item", Integer, ForeignKey("labeling_items.number"), nullable=False),
    Column("person", String, nullable=False),
    Column("kind", String, nullable=False),  # flag | comment
    Column("text", Text, nullable=False),
    Column("shape", String),  # id of the shape or span that it is about
    Column("client_id", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("resolved", Float),
    Column("resolved_by", String),
    UniqueConstraint("client_id"),
    Index("ix_labeling_notes_item", "project", "item"),
)

exports = Table(
    "labeling_exports",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("project", Integer, ForeignKey("labeling_projects.number"), nullable=False),
    Column("format", String, nullable=False),
    Column("options", JSON, nullable=False),
    Column("sequence", Integer, nullable=False),  # the newest annotation that is in it
    Column("schema_version", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("counts", JSON, nullable=False),  # in, out, dropped and why
    Column("created_by", String, nullable=False),
    Column("created", Float, nullable=False),
    Index("ix_labeling_exports_project", "project"),
)
