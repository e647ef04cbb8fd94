/// How an industry's scores lie in each window: the middle half, nine tenths, and the median.
enum FanChart {
    /// Makes the chart of one industry; all industries share a range, so that they compare.
    static func make(
        _ series: ReportData.Series<ReportData.Quantiles>, range: ClosedRange<Double>, id: String, _ thinning: Thinning
    ) -> Chart {
        let frame = ChartFrame(thinning, range: range)
        let byBatch = Dictionary(series.elements.map { ($0.batch, $0) }, uniquingKeysWith: { _, last in last })
        let points = (0..<5).map { level in
            frame.batches.enumerated().map { position, batch in
                frame.point(position, byBatch[batch]?.values[level])
            }
        }
        let name = shortened(series.name, to: 60)
        var chart = Chart(
            id: id, title: name, summary: summary(series.elements, name), frame: frame.model,
            areas: [
                Chart.Shape(style: "outer", path: PathData.area(points[4], points[0])),
                Chart.Shape(style: "inner", path: PathData.area(points[3], points[1])),
            ],
            lines: [Chart.Shape(style: "median", path: PathData.line(points[2]))],
            table: table(series.elements, name))
        chart.points = shownPoints(frame, byBatch)
        chart.lines += DotTrail.dots(points[2], style: "median")
        let ends = points.map { $0.last { $0 != nil } ?? nil }
        let wanted = ends.map { $0?.y ?? 0 }
        let places = LabelSpread.spread(wanted, gap: 13, within: (frame.top)...(frame.bottom))
        for (level, place) in zip([5, 25, 50, 75, 95], places) where ends[0] != nil {
            chart.labels.append(
                Chart.Label(
                    x: coordinate(frame.right + 4), y: coordinate(place + 4), text: "\(level) %",
                    style: level == 50 ? "strong" : ""))
        }
        return chart
    }

    /// Only batches that completed a window have a row in the table.
    private static func shownPoints(_ frame: ChartFrame, _ byBatch: [Int: ReportData.Quantiles]) -> String {
        frame.batches.enumerated().reversed().filter { byBatch[$0.element] != nil }
            .map { coordinate(frame.x($0.offset)) }.joined(separator: " ")
    }

    private static func summary(_ elements: [ReportData.Quantiles], _ name: String) -> String {
        guard let first = elements.first, let last = elements.last else { return "No window yet." }
        return """
            Quantiles of the scores in \(name) over the windows as of batches \(first.batch) to \(last.batch): the \
            median went from \(figure(first.values[2])) to \(figure(last.values[2])); as of batch \(last.batch) nine \
            tenths of the scores lie between \(figure(last.values[0])) and \(figure(last.values[4])).
            """
    }

    private static func table(_ elements: [ReportData.Quantiles], _ name: String) -> DataTable {
        DataTable(
            caption: "Scores in \(name): quantiles of the window as of each batch", head: "Batch",
            columns: ["5 %", "25 %", "Median", "75 %", "95 %", "Mean", "Assets"],
            rows: elements.reversed().map { element in
                (
                    "\(element.batch)",
                    element.values.map { figure($0) } + [figure(element.mean), grouped(element.count)]
                )
            })
    }
}

/// Dots on a line of few points, which alone would not be seen.
enum DotTrail {
    /// Lines with more points need no dots.
    static let limit = 30

    /// Dots as a path of round caps.
    static func dots(_ points: [PathData.Point?], style: String) -> [Chart.Shape] {
        guard points.count <= limit else { return [] }
        let path = points.compactMap { $0 }.map { "M\(coordinate($0.x)) \(coordinate($0.y))h0" }.joined()
        return path.isEmpty ? [] : [Chart.Shape(style: "\(style) dots", path: path)]
    }
}
