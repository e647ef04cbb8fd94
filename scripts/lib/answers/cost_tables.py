"""The figures of the model as tables in Markdown."""
from answers.cost_model import Model


def money(amount) -> str:
    if amount is None:
        return "not possible"
    if amount < 0.005:
        return "0.00"
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"


def duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:,.1f} h" if seconds < 36000 else f"{seconds / 3600:,.0f} h"


def size_of(count: float) -> str:
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= factor:
            return f"{count / factor:,.1f} {unit}" if count < 100 * factor else f"{count / factor:,.0f} {unit}"
    return f"{count:,.0f} B"


def table(head: list, rows: list, right=None) -> str:
    """Markdown; columns of figures, all but the first where nothing is said, stand to the right."""
    right = set(range(1, len(head))) if right is None else right
    marks = "|" + "|".join("---:" if column in right else "---" for column in range(len(head))) + "|\n"
    head, *body = ["| " + " | ".join(line) + " |\n" for line in [head] + rows]
    return head + marks + "".join(body)


def month(models: list) -> str:
    rows = []

    def row(label, figure, bold=False):
        cells = [money(figure(model)) for model in models]
        if bold:
            label, cells = f"**{label}**", [f"**{cell}**" for cell in cells]
        rows.append([label] + cells)

    row("Aurora, least capacity all month", lambda m: m.idle_capacity)
    row("Aurora, added capacity while it loads and verifies", lambda m: m.busy_capacity)
    row("Aurora, storage", lambda m: m.storage())
    row("Aurora, I/O", lambda m: m.io)
    row("Database, whoever drives it", lambda m: m.database, bold=True)
    row("Fargate tasks (chosen)", lambda m: m.fargate, bold=True)
    row("instead: inside the database (`pg_cron`)", lambda m: 0.0)
    row("instead: Lambda", lambda m: m.awslambda)
    row("instead: Glue", lambda m: m.glue)
    row("instead: Kinesis and Flink", lambda m: m.streaming)
    row("State machine, alarms, metrics, logs, image, keys", lambda m: m.watching)
    row("Network: interface endpoints", lambda m: m.network)
    row("All, as chosen", lambda m: m.total, bold=True)
    row("All, had the database I/O-Optimized storage", lambda m: m.total - m.database + m.database_optimized)
    row("All, with snapshots kept for 90 days only", lambda m: m.total - m.storage() + m.storage_of_90_days)
    return table(["US dollars a month, at assets a day"] + [m.size["name"] for m in models], rows)


def limits(models: list) -> str:
    rows = [
        ["Load of a night"] + [duration(m.load_seconds) for m in models],
        ["Share of Lambda's 15 minutes"] + [f"{m.load_seconds / 900:,.1%}" for m in models],
        ["Largest batch of a Lambda, in assets"] + [f"{900 / m.load_seconds_per_million:.1f} million" for m in models],
        ["`verify` of a year's history"] + [duration(m.verify_seconds) for m in models],
        ["New bytes a night"] + [size_of(m.bytes_a_night) for m in models],
        ["Database after a year"] + [size_of(m.stored_bytes) for m in models],
        ["Years until Aurora's largest volume"] + [f"{m.months_to_limit / 12:,.1f}" if m.months_to_limit < 12000 else "over 1,000" for m in models],
    ]
    return table(["At assets a day"] + [m.size["name"] for m in models], rows)


def growth(models: list) -> str:
    def row(label, bytes_a_night):
        return [label] + [size_of(bytes_a_night(m)) for m in models]

    rows = [
        row("`percentile_snapshots`", lambda m: m.snapshot_bytes_a_night),
        row("`scores`", lambda m: m.accepted * m.score_bytes),
        row("`batch_distributions`", lambda m: m.distribution_bytes_a_night),
        row("`rejected_assets`", lambda m: m.rejected_bytes_a_night),
        row("**together**", lambda m: m.bytes_a_night),
        row("`scores` after a year", lambda m: m.scores_bytes),
        row("all after a year", lambda m: m.stored_bytes),
    ]
    return table(["New bytes a night, at assets a day"] + [m.size["name"] for m in models], rows)


def monitoring(models: list) -> str:
    def row(label, figure):
        return [label] + [money(figure(m)) for m in models]

    rows = [
        row("Metrics and alarms (chosen)", lambda m: m.metrics_and_alarms),
        row("Rows of measurements, a year of them", lambda m: m.measurements),
        row("Counting `scores` instead, each night: I/O alone", lambda m: m.reading(m.scores_bytes)),
        row("Measuring drift on assets instead of counts: I/O alone", lambda m: m.reading(4 * m.assets * m.window_bytes)),
        row("`verify`: capacity and task, as often as assumed", lambda m: m.verifying),
    ]
    return table(["US dollars a month, at assets a day"] + [m.size["name"] for m in models], rows)


def signals(data: dict) -> str:
    """What CloudWatch metrics would cost, by how finely they are told apart."""
    usd = {name: price["usd"] for name, price in data["prices"].items()}
    given = {name: assumption["value"] for name, assumption in data["assumptions"].items()}
    chosen, alarms = given["metrics"], given["alarms"]
    rows = [["Chosen: figures of a run, drift as a count of industries", f"{chosen}", f"{alarms}",
             money(chosen * usd["metric"] + alarms * usd["alarm"])]]
    for industries in (4, 100, 1000):
        metrics = (industries + 1) * given["drift_figures"] * 2 + chosen
        counted = alarms - 1 + (industries + 1) * 2
        rows.append([f"Each of {given['drift_figures']} figures for each of {industries:,} industries and both references",
                     f"{metrics:,}", f"{counted:,}", money(metrics * usd["metric"] + counted * usd["alarm"])])
    return table(["What is a CloudWatch metric", "metrics", "alarm metrics", "US dollars a month"], rows)


def prices(data: dict) -> str:
    rows = [
        [price["what"], f"{price['usd']:.10f}".rstrip("0"), price["per"], price["checked"] or "**not verified**"]
        for price in data["prices"].values()
    ]
    return table(["price", "US dollars", "per", "looked up in"], rows, right={1})


def assumptions(data: dict) -> str:
    rows = []
    for name, assumption in data["assumptions"].items():
        rows.append([f"{assumption['value']:,} {assumption['unit']}".strip(), assumption["why"]])
    return table(["assumed", "why"], rows, right=set())


def sized(models: list) -> str:
    def row(label, key, unit=""):
        return [label] + [f"{m.size[key]:,} {unit}".strip() for m in models]

    rows = [
        row("Aurora, least capacity", "acu_idle", "ACU"),
        row("Aurora, capacity while it works", "acu_busy", "ACU"),
        row("Fargate task, vCPU", "vcpu"),
        row("Fargate task, memory", "memory_gb", "GB"),
        row("Glue", "dpu", "DPU"),
        row("Kinesis", "shards", "shards"),
        row("Flink, beside the one that orchestrates", "kpu", "KPU"),
        row("Nights a month with `verify`", "verify_nights"),
        row("Reads an asset that the cache does not hold", "read_io"),
    ]
    return table(["Assumed, at assets a day"] + [m.size["name"] for m in models], rows)


def tables(data: dict) -> dict:
    models = [Model(data, size) for size in data["sizes"]]
    return {
        "month": month(models),
        "limits": limits(models),
        "growth": growth(models),
        "monitoring": monitoring(models),
        "signals": signals(data),
        "sized": sized(models),
        "prices": prices(data),
        "assumptions": assumptions(data),
    }
