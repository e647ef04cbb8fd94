import ETLCore

/// What a run did, for a person.
struct RunTable {
    private let report: RunReport
    private let path: String

    init(_ report: RunReport, path: String) {
        self.report = report
        self.path = path
    }

    var text: String {
        let applied = report.batches.filter { $0.status == .applied }
        guard !applied.isEmpty else { return nothingToDo }
        var table = TextTable([
            ("batch", .right), ("read", .right), ("accepted", .right), ("rejected", .right), ("reasons", .left),
            ("window", .left), ("snapshots", .right), ("time", .right),
        ])
        for batch in applied {
            table.append([
                "\(batch.batchID)", grouped(batch.read), grouped(batch.accepted), grouped(batch.rejected),
                reasons(batch), window(batch), grouped(batch.snapshots), durationText(batch.seconds),
            ])
        }
        let totals = report.totals
        table.appendRule()
        table.append([
            "\(totals.applied)", grouped(totals.read), grouped(totals.accepted), grouped(totals.rejected), "", "",
            grouped(totals.snapshots), durationText(applied.map(\.seconds).reduce(0, +)),
        ])
        return table.render(Style(.standardOutput)) + "\n" + closing
    }

    private var nothingToDo: String {
        guard report.totals.skipped > 0 else { return "No batch to load under \(printable(path))." }
        return report.totals.skipped == 1
            ? "Nothing to do: the batch was applied before and is unchanged."
            : "Nothing to do: all \(grouped(report.totals.skipped)) batches were applied before and are unchanged."
    }

    private var closing: String {
        let totals = report.totals
        let skipped =
            totals.skipped == 0 ? "" : "; \(counted(totals.skipped, "batch was", "batches were")) applied before"
        let applied = counted(totals.applied, "batch", "batches")
        if report.dryRun == true { return "Dry run: \(applied) would be applied\(skipped). Nothing was kept." }
        return "\(applied) applied\(skipped)."
    }

    private func reasons(_ batch: BatchReport) -> String {
        batch.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \(grouped($0.value))" }
            .joined(separator: ", ")
    }

    private func window(_ batch: BatchReport) -> String {
        guard let first = batch.window?.first, let last = batch.window?.last else { return "not full yet" }
        return first == last ? "\(first)" : "\(first)–\(last)"
    }
}
