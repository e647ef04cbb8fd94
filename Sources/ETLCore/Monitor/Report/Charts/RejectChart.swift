/// The share of each batch's rows that was rejected, by reason.
enum RejectChart {
    /// Makes the chart; a reason has the same colour and pattern on every page.
    static func make(_ batches: [ReportData.Batch], id: String, _ thinning: Thinning) -> Chart {
        let reasons = RejectReason.allCases.map(\.rawValue).filter { reason in
            batches.contains { ($0.reasons[reason] ?? 0) > 0 }
        }
        let highest = batches.map { share(max($0.reasons.values.reduce(0, +), $0.rejected), $0.read) }.max() ?? 0
        let frame = ChartFrame(thinning, range: 0...max(highest * 1.05, 1), rightMargin: 12)
        var chart = Chart(
            id: id, title: "Rejected rows by reason",
            subtitle: "percent of the batch's rows; a row with two reasons counts twice, the dark line counts it once",
            summary: summary(batches, reasons), frame: frame.model, table: table(batches, reasons))
        var heights = batches.map { _ in 0.0 }
        for reason in reasons {
            var path = ""
            for (position, batch) in batches.enumerated() {
                let part = share(batch.reasons[reason] ?? 0, batch.read)
                guard part > 0 else { continue }
                let (low, high) = (frame.y(heights[position]), frame.y(heights[position] + part))
                path += Bars.path(frame, position, from: low, to: high)
                heights[position] += part
            }
            chart.areas.append(Chart.Shape(style: style(reason), path: path))
            chart.legend.append(.area(style(reason), reason))
        }
        let marks = batches.enumerated().filter { $1.rejected > 0 }.map { position, batch in
            Bars.mark(frame, position, at: frame.y(share(batch.rejected, batch.read)))
        }.joined()
        if !marks.isEmpty {
            chart.lines.append(Chart.Shape(style: "total", path: marks))
            chart.legend.append(.line("total", "rows rejected"))
        }
        chart.points = frame.points
        return chart
    }

    private static func style(_ reason: String) -> String {
        "reason\((RejectReason.allCases.firstIndex { $0.rawValue == reason } ?? 0) + 1)"
    }

    private static func share(_ part: Int, _ whole: Int) -> Double {
        whole == 0 ? 0 : 100 * Double(part) / Double(whole)
    }

    private static func summary(_ batches: [ReportData.Batch], _ reasons: [String]) -> String {
        guard let newest = batches.last else { return "No batch yet." }
        let main = newest.reasons.max { ($0.value, $1.key) < ($1.value, $0.key) }
        let most = main.map { ", most often by \($0.key) (\(grouped($0.value)))" } ?? ""
        return """
            Of batch \(newest.id), \(grouped(newest.rejected)) of \(grouped(newest.read)) rows were rejected\(most). \
            Reasons in the batches shown: \(reasons.isEmpty ? "none" : reasons.joined(separator: ", ")).
            """
    }

    private static func table(_ batches: [ReportData.Batch], _ reasons: [String]) -> DataTable {
        DataTable(
            caption: "Rejected rows of each batch by reason; a row with two reasons counts in both", head: "Batch",
            columns: ["Read", "Rejected", "Share"] + reasons,
            rows: batches.reversed().map { batch in
                (
                    "\(batch.id)",
                    [grouped(batch.read), grouped(batch.rejected), percent(batch.rejected, of: batch.read)]
                        + reasons.map { grouped(batch.reasons[$0] ?? 0) }
                )
            })
    }
}

/// Bars over batches.
enum Bars {
    /// The path of one bar, with some room to its neighbours where there is room.
    static func path(_ frame: ChartFrame, _ position: Int, from low: Double, to high: Double) -> String {
        let width = width(frame)
        return PathData.rectangle(x: frame.x(position) - width / 2, y: high, width: width, height: low - high)
    }

    /// A line across one bar.
    static func mark(_ frame: ChartFrame, _ position: Int, at y: Double) -> String {
        let width = width(frame)
        let left = frame.x(position) - width / 2
        return "M\(coordinate(left)) \(coordinate(y))H\(coordinate(left + width))"
    }

    private static func width(_ frame: ChartFrame) -> Double {
        min(frame.step > 4 ? frame.step * 0.75 : frame.step, 28)
    }
}
