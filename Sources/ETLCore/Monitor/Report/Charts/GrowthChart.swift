/// How large a table is after each batch, and how large it will be.
enum GrowthChart {
    /// Makes the chart of one table.
    ///
    /// - Parameters:
    ///   - limit: bytes that must not be exceeded; drawn where it is within sight.
    ///   - forecast: of the bytes; nil while it is not measurable.
    static func make(
        _ series: ReportData.Series<ReportData.Size>, id: String, _ thinning: Thinning, limit: Double? = nil,
        forecast: GrowthForecast?
    ) -> Chart {
        let newest = thinning.shown.last ?? 0
        let horizon = max(4, min(thinning.shown.count, ReportData.recent) / 4)
        let future = (1...horizon).map { newest + $0 }
        let expected = forecast.map { forecast in (1...horizon).map { forecast.value(after: $0) } } ?? []
        let axis = expected.isEmpty ? thinning : thinning.extended(by: future)

        let byBatch = Dictionary(series.elements.map { ($0.batch, $0) }, uniquingKeysWith: { _, last in last })
        var highest = (extent(series.elements.map { Double($0.bytes) } + expected.map(\.high))?.upperBound) ?? 1
        if let limit, limit < highest * 3 { highest = max(highest, limit) }
        let unit = ByteUnit(for: highest, atLeast: 2)
        let frame = ChartFrame(axis, range: 0...max(highest / unit.bytes * 1.05, 1e-3), isProportional: true)
        let measured = frame.batches.enumerated().map { position, batch in
            frame.point(position, byBatch[batch].map { Double($0.bytes) / unit.bytes })
        }
        let name = shortened(series.name, to: 60)
        var chart = Chart(
            id: id, title: name, subtitle: "with indexes, in \(unit.name)",
            summary: summary(series.elements, name, expected, newest + horizon), frame: frame.model,
            lines: [Chart.Shape(style: "measured", path: PathData.line(measured))],
            points: frame.batches.enumerated().reversed().filter { byBatch[$0.element] != nil }
                .map { coordinate(frame.x($0.offset)) }.joined(separator: " "),
            table: table(series.elements, name))
        chart.lines += DotTrail.dots(measured, style: "measured")
        if !expected.isEmpty {
            let start = thinning.shown.count
            func points(_ value: (GrowthForecast.Estimate) -> Double) -> [PathData.Point?] {
                [measured[start - 1]]
                    + expected.enumerated().map { frame.point(start + $0, value($1) / unit.bytes) }
            }
            chart.areas = [Chart.Shape(style: "forecast", path: PathData.area(points(\.high), points(\.low)))]
            chart.lines.append(Chart.Shape(style: "expected", path: PathData.line(points(\.value))))
        }
        if let limit, limit / unit.bytes <= frame.y.domain.upperBound {
            let y = frame.y(limit / unit.bytes)
            chart.rules = [Chart.Rule(y: coordinate(y), style: "threshold")]
            chart.labels = [
                Chart.Label(x: coordinate(frame.right + 4), y: coordinate(y + 4), text: "limit", style: "")
            ]
        }
        return chart
    }

    private static func summary(
        _ elements: [ReportData.Size], _ name: String, _ expected: [GrowthForecast.Estimate], _ horizon: Int
    ) -> String {
        guard let last = elements.last else { return "Not measured yet." }
        let now = "\(name) has \(sizeText(last.bytes)) and \(grouped(last.rows)) rows after batch \(last.batch)."
        guard let end = expected.last else { return now + " No forecast under three measurements." }
        return """
            \(now) After batch \(horizon) about \(sizeText(Int(max(end.value, 0)))) are expected, between \
            \(sizeText(Int(max(end.low, 0)))) and \(sizeText(Int(max(end.high, 0)))).
            """
    }

    private static func table(_ elements: [ReportData.Size], _ name: String) -> DataTable {
        DataTable(
            caption: "Size of \(name) after each batch", head: "Batch",
            columns: ["Size", "Rows", "Row bytes", "Index bytes", "TOAST bytes"],
            rows: elements.reversed().map {
                (
                    "\($0.batch)",
                    [
                        sizeText($0.bytes), grouped($0.rows), grouped($0.heap), grouped($0.index), grouped($0.toast),
                    ]
                )
            })
    }
}

/// A unit of bytes; each is 1,024 of the one before, as PostgreSQL counts them.
struct ByteUnit: Hashable, Sendable {
    let name: String
    let bytes: Double

    /// The largest unit of which a size has at least so many.
    init(for size: Double, atLeast count: Double = 1) {
        let units = [("TB", 1_099_511_627_776.0), ("GB", 1_073_741_824), ("MB", 1_048_576), ("kB", 1024)]
        (name, bytes) = units.first { size >= count * $0.1 } ?? ("B", 1)
    }
}

/// A size in the unit that people would choose.
func sizeText(_ bytes: Int) -> String {
    let unit = ByteUnit(for: Double(bytes))
    let amount = Double(bytes) / unit.bytes
    return amount == amount.rounded() ? "\(Int(amount)) \(unit.name)" : "\(figure(amount)) \(unit.name)"
}
