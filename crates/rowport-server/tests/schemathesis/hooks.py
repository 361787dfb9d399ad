"""What schemathesis cannot know: which names there are, and which answers are right beyond the document."""

import atexit
import collections
import json
import os
import random
import urllib.parse
import urllib.request

import hypothesis
import schemathesis

# Requests that are accepted would be sought by climbing toward them, for minutes where nearly all are accepted already;
# `map_case` sees to it that enough are.
hypothesis.target = lambda *_, **__: None

# A stream that fails is broken off by design, which schemathesis takes for a broken server. These formats cannot hold
# every value of the tables, so they are asked for as a whole, and the refusal is an answer like any other.
CHOOSY = ("xlsx", "parquet")

FILTERS = (
    "{} is not null", "{} is empty or {} is not empty", "not ({} = 1)", "{} > 2", "{} between -1e100 and 0.000000001",
    "{} = 9223372036854775808", "{} contains 'e' and {} != ''", "{} starts with '%_\\'", "{} in ('', 'null', '日本')",
    "{} in last 7 days", "{} in next 99999999999 years", "{} < 2024-02-30", "{} >= 9999-12-31", "{} = '24:00:00'",
    "{} = 'NaN'", "{} = 2.5", "{} = '\\x00ff'", "{} not in ()", "{} = '00000000-0000-0000-0000-000000000000'",
)  # fmt: skip


def catalog():
    """The columns of every dataset of every source."""
    if not CATALOG:
        for source in get("sources")["sources"]:
            for dataset in source["datasets"]:
                path = f"sources/{source['name']}/datasets/{urllib.parse.quote(dataset['name'], safe='')}"
                columns = [column["name"] for column in get(path)["columns"]]
                CATALOG.append((source["name"], dataset["name"], columns))
    return CATALOG


CATALOG = []


def get(path):
    headers = {"authorization": f"Bearer {os.environ['ROWPORT_KEY']}"}
    request = urllib.request.Request(f"{os.environ['ROWPORT_URL']}/api/v1/{path}", headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


@schemathesis.hook
def map_case(ctx, case):
    """Gives three of four requests that make sense names that exist: random ones never get past the first look."""
    if not case.path_parameters or case.meta is None or case.meta.generation.mode.is_negative:
        return case
    dice = random.Random(repr((case.path, case.query, case.body)))
    if dice.random() < 0.25:
        return case
    path = case.path_parameters
    source, dataset, columns = dice.choice(catalog())
    # In a walk along links the id is that of what was made before, or random: any other would pass for it.
    walking = case.meta.phase.name.value == "stateful"
    if saved := SAVED[kind(case)] if "id" in path and not walking else ():
        path.update(dice.choice(saved))
        columns = next((columns for *place, columns in catalog() if place == [path.get("source"), path.get("dataset")]), ())
    elif "source" in path:
        path.update(source=source, dataset=dataset)
    some = dice.sample(columns, dice.randint(1, len(columns))) if columns else ["none"]
    query = case.query
    if isinstance(query, dict):
        quoted = ['"' + name.replace('"', '""') + '"' for name in some]
        signed = [dice.choice(("", "-")) + name for name in quoted[:16]]
        template = dice.choice(FILTERS)
        texts = {
            "columns": ",".join(quoted),
            "sort": ",".join(signed),
            "filter": template.format(*[dice.choice(quoted)] * 2),
            "sheet_by": some[0],
        }
        query.update({name: text for name, text in texts.items() if name in query})
        fit(query, query)
    body = case.body
    if isinstance(body, dict):
        if isinstance(body.get("columns"), list) and kind(case) != "roles":
            body["columns"] = some
        if isinstance(body.get("view"), dict):
            rename(body["view"], some, dice)
        if isinstance(body.get("options"), dict):
            if body["options"].get("sheet_by"):
                body["options"]["sheet_by"] = some[0]
            fit(body, body["options"])
    return case


def kind(case):
    """The word in the address that says what is saved there."""
    return case.path.split("/{id}")[0].split("/")[-1]


def rename(view, names, dice):
    """Puts columns that exist where the view names others."""
    if view.get("columns"):
        view["columns"] = names
    for sort in view.get("sort") or []:
        sort["column"] = dice.choice(names)
    filters = [view.get("filter")]
    while filters:
        part = filters.pop()
        if isinstance(part, list):
            filters.extend(part)
        elif isinstance(part, dict) and "column" in part:
            part["column"] = dice.choice(names)
        elif isinstance(part, dict):
            filters.extend(part.values())


def fit(request, options):
    """Leaves out what another format is for."""
    if request.get("format", "csv") != "xlsx":
        options.pop("sheet_by", None)
    if request.get("format", "csv") != "csv":
        options.pop("delimiter", None)


@schemathesis.hook
def before_call(ctx, case, kwargs):
    for request in (case.query, case.body) if case.path.endswith("/export") else ():
        if isinstance(request, dict) and request.get("format") in CHOOSY:
            if request.get("tier") in (None, "auto", "streamed"):
                request["tier"] = "direct"


@schemathesis.check
def what_the_document_allows_can_be_read(ctx, response, case):
    """Names and values may be wrong, which has codes of its own; the form may not be."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    # What stands in a form's field is a document of its own.
    if case.media_type == "application/x-www-form-urlencoded":
        return
    if response.status_code == 400:
        problem = response.json()
        assert problem["code"] != "bad_request", f"the document allows it, and the server does not: {problem['detail']}"


@schemathesis.check
def problems_say_what_the_head_says(ctx, response, case):
    """Every problem has the media type of problems, and the status of its head."""
    if response.status_code >= 400:
        assert response.headers["content-type"] == ["application/problem+json"], response.headers["content-type"]
        assert response.json()["status"] == response.status_code


# Where what was saved stands, by its kind.
SAVED = collections.defaultdict(list)
ANSWERS = collections.defaultdict(collections.Counter)


@schemathesis.hook
def after_call(ctx, case, response):
    ANSWERS[f"{case.method} {case.operation.path}"][response.status_code] += 1
    if response.status_code == 201:
        made = response.json()
        made = made.get("key") or made.get("user") or made
        SAVED[kind(case)].append({**case.path_parameters, "id": made["id"]})
    if response.status_code == 202:
        SAVED["runs"].append({"id": response.json()["id"]})


@atexit.register
def say():
    """How many answers of each status; and what found no way in would have been tested in vain."""
    totals = sum(ANSWERS.values(), collections.Counter())
    print("Answers:", ", ".join(f"{count} of {status}" for status, count in sorted(totals.items())))
