import ETLCore

/// What a run did, for a person.
struct RunTable {
    private let report: RunReport
    /// Where the rows come from: a path, a query or the inbox.
    private let place: String
    /// Columns of the terminal; nil where there is none, and lines may be as long as they are.
    private let width: Int?

    init(_ report: RunReport, place: String, width: Int? = Output.standardOutput.columns) {
        self.report = report
        self.place = place
        self.width = width
    }

    var text: String {
        guard report.totals.applied > 0 else { return nothingToDo }
        let style = Style(.standardOutput)
        return fittingTable.render(style) + "\n" + closing(style)
    }

    /// The same for a run that failed after these batches; nil where there are none.
    var textBeforeFailure: String? {
        guard report.totals.applied > 0 else { return nil }
        return fittingTable.render(Style(.standardOutput))
            + "\n\(counted(report.totals.applied, "batch", "batches")) applied before the run ended."
    }

    /// The table with all reasons and drifts, or, where that is too wide, with the main ones.
    private var fittingTable: TextTable {
        let full = table(isShort: false) { reasonTexts($0).joined(separator: ", ") }
        guard let width, full.width > width else { return full }
        let short = table(isShort: true) { mainReason($0) }
        guard short.width > width else { return short }
        let longest = report.batches.map { mainReason($0).count }.max() ?? 0
        return table(isShort: true) { mainReason($0, width: longest - (short.width - width)) }
    }

    private func table(isShort: Bool, _ reasons: (BatchReport) -> String) -> TextTable {
        let applied = report.batches.filter { $0.status == .applied }
        var table = TextTable([
            ("batch", .right), ("read", .right), ("accepted", .right), ("rejected", .right), ("reasons", .left),
            ("window", .left), ("drift", .left), ("time", .right),
        ])
        for batch in applied {
            table.append([
                "\(batch.batchID)", grouped(batch.read), grouped(batch.accepted), grouped(batch.rejected),
                reasons(batch), window(batch) ?? (isShort ? "–" : "not full"),
                isShort ? mainDrift(batch) : batch.driftAlarms.joined(separator: ", "), durationText(batch.seconds),
            ])
        }
        let totals = report.totals
        table.appendRule()
        table.append([
            "\(totals.applied)", grouped(totals.read), grouped(totals.accepted), grouped(totals.rejected), "", "", "",
            durationText(applied.map(\.seconds).reduce(0, +)),
        ])
        return table
    }

    private var nothingToDo: String {
        if let waiting = report.waiting {
            return waiting == 0
                ? "Nothing to do: no row waits in \(printable(place))."
                : "Nothing to do: \(counted(waiting, "row waits", "rows wait")) in \(printable(place)), fewer than --min-rows."
        }
        guard report.totals.skipped > 0 else { return "No batch to load under \(printable(place))." }
        return report.totals.skipped == 1
            ? "Nothing to do: the batch was applied before and is unchanged."
            : "Nothing to do: all \(grouped(report.totals.skipped)) batches were applied before and are unchanged."
    }

    private func closing(_ style: Style) -> String {
        let totals = report.totals
        let skipped =
            totals.skipped == 0 ? "" : "; \(counted(totals.skipped, "batch was", "batches were")) applied before"
        let applied = counted(totals.applied, "batch", "batches")
        let waiting = report.waiting ?? 0
        let rest = waiting == 0 ? "" : " \(counted(waiting, "row waits", "rows wait")) in \(printable(place))."
        let done =
            report.dryRun == true
            ? "Dry run: \(applied) would be applied\(skipped). Nothing was kept."
            : "\(applied) applied\(skipped).\(rest)"
        guard !report.lookAt.isEmpty else { return "\(done) \(style.green("All in order."))" }
        return "\(done) \(style.yellow("Look at:")) \(printable(report.lookAt.joined(separator: "; ")))."
    }

    /// The most frequent reason, shortened where the width asks for it, its rows, and how many others there are.
    private func mainReason(_ batch: BatchReport, width: Int = .max) -> String {
        guard let (reason, count) = sortedReasons(batch).first else { return "" }
        let others = batch.reasons.count > 1 ? " +\(batch.reasons.count - 1)" : ""
        let rest = " \(grouped(count))\(others)"
        let room = max(width - rest.count, 3)
        return (reason.count > room ? reason.prefix(room - 1) + "…" : reason) + rest
    }

    /// One industry whose drift calls for a look, rather than `(all)` together, and how many others there are.
    private func mainDrift(_ batch: BatchReport) -> String {
        let alarms = batch.driftAlarms
        guard let main = alarms.first(where: { !$0.hasPrefix("(") }) ?? alarms.first else { return "" }
        return alarms.count > 1 ? "\(main) +\(alarms.count - 1)" : main
    }

    private func window(_ batch: BatchReport) -> String? {
        guard let first = batch.window?.first, let last = batch.window?.last else { return nil }
        return first == last ? "\(first)" : "\(first)–\(last)"
    }
}

/// How often each reason led to a rejection, the most frequent first.
func reasonTexts(_ batch: BatchReport) -> [String] { sortedReasons(batch).map { "\($0) \(grouped($1))" } }

private func sortedReasons(_ batch: BatchReport) -> [(String, Int)] {
    batch.reasons.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
}
