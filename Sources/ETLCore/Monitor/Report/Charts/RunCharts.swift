/// How long batches took, and how many rows they had.
enum RunCharts {
    /// Seconds per batch.
    static func times(_ batches: [ReportData.Batch], id: String, _ thinning: Thinning) -> Chart {
        let longest = batches.map(\.seconds).max() ?? 0
        let frame = ChartFrame(thinning, range: 0...max(longest * 1.05, 0.01), rightMargin: 12)
        let bars = batches.enumerated().map { position, batch in
            Bars.path(frame, position, from: frame.bottom, to: frame.y(batch.seconds))
        }
        let newest = batches.last
        return Chart(
            id: id, title: "Time of each batch", subtitle: "in seconds",
            summary: """
                Batch \(newest?.id ?? 0) took \(durationText(newest?.seconds ?? 0)); the longest of the batches shown \
                took \(durationText(longest)).
                """,
            frame: frame.model, areas: [Chart.Shape(style: "accepted", path: bars.joined())], points: frame.points,
            table: DataTable(
                caption: "When each batch was applied, and how long it took", head: "Batch",
                columns: ["Time", "Applied at (UTC)", "Snapshots"],
                rows: batches.reversed().map {
                    ("\($0.id)", [durationText($0.seconds), $0.appliedAt, grouped($0.snapshots)])
                }))
    }

    /// Rows per batch, accepted and rejected.
    static func rows(_ batches: [ReportData.Batch], id: String, _ thinning: Thinning) -> Chart {
        let most = batches.map(\.read).max() ?? 0
        let frame = ChartFrame(thinning, range: 0...Double(max(most, 1)) * 1.05, rightMargin: 12) { compact($0) }
        var (accepted, rejected) = ("", "")
        for (position, batch) in batches.enumerated() {
            let (middle, top) = (frame.y(Double(batch.accepted)), frame.y(Double(batch.read)))
            accepted += Bars.path(frame, position, from: frame.bottom, to: middle)
            if batch.rejected > 0 { rejected += Bars.path(frame, position, from: middle, to: top) }
        }
        let newest = batches.last
        return Chart(
            id: id, title: "Rows of each batch", subtitle: "accepted and rejected",
            summary: """
                Batch \(newest?.id ?? 0) had \(grouped(newest?.read ?? 0)) rows, \(grouped(newest?.accepted ?? 0)) of \
                them accepted; the largest batch shown had \(grouped(most)).
                """,
            frame: frame.model,
            areas: [
                Chart.Shape(style: "accepted", path: accepted), Chart.Shape(style: "rejected", path: rejected),
            ],
            legend: [.area("accepted", "accepted"), .area("rejected", "rejected")], points: frame.points,
            table: DataTable(
                caption: "Rows of each batch", head: "Batch", columns: ["Read", "Accepted", "Rejected", "Source"],
                rows: batches.reversed().map {
                    (
                        "\($0.id)",
                        [grouped($0.read), grouped($0.accepted), grouped($0.rejected), shortened($0.source, to: 60)]
                    )
                }))
    }
}

/// A large number in few characters, for an axis: 400, 20k, 1.5M.
func compact(_ value: Double) -> String {
    for (factor, unit) in [(1e9, "G"), (1e6, "M"), (1e3, "k")]
    where value >= factor * 10 || (factor > 1e3 && value >= factor) {
        return figure(value / factor, 2) + unit
    }
    return grouped(Int(value.rounded()))
}
