/// The assets whose percentile changed most at the newest batch: from where to where.
struct MoverChart: Sendable {
    /// One asset.
    struct Row: Sendable {
        var id: String
        var industry: String
        var score: String
        var before: String
        var after: String
        var change: String
        var style: String
        /// Place of the asset's line on the chart.
        var y: String
        var textY: String
        var x1: String
        var x2: String
        /// The head of an arrow.
        var head: String
        var isOlder = false
    }

    var width: String
    var height: String
    var rows: [Row]
    var bottom: String
    var ticks: [Chart.Tick]
    var tickTextY: String
    var summary: String
    var from: Int
    var to: Int

    init?(_ data: ReportData) {
        guard let newest = data.newest, let previous = data.previousBatch, let first = data.movers.first else {
            return nil
        }
        (from, to) = (previous, newest.id)
        let rowHeight = 36.0
        let end = Double(data.movers.count) * rowHeight + 6
        let scale = LinearScale(0...100, from: 14, to: ChartFrame.width - 14)
        width = coordinate(ChartFrame.width)
        height = coordinate(end + 26)
        bottom = coordinate(end)
        tickTextY = coordinate(end + 18)
        ticks = [0.0, 25, 50, 75, 100].map { Chart.Tick(at: coordinate(scale($0)), text: fixed($0, 0)) }
        rows = data.movers.enumerated().map { index, mover in
            let y = Double(index) * rowHeight + 28
            let (start, stop) = (scale(mover.before), scale(mover.after))
            let direction: Double = stop >= start ? 1 : -1
            return Row(
                id: shortened(mover.id, to: 27), industry: shortened(mover.industry, to: 16),
                score: figure(mover.score, 4), before: fixed(mover.before, 1), after: fixed(mover.after, 1),
                change: signedText(mover.change, 1), style: mover.change < 0 ? "down" : "up", y: coordinate(y),
                textY: coordinate(y - 9), x1: coordinate(start), x2: coordinate(stop),
                head: "M\(coordinate(stop)) \(coordinate(y))l\(coordinate(-7 * direction)) -4.5v9Z")
        }
        summary = """
            The percentiles that changed most from batch \(previous) to batch \(newest.id), \(data.movers.count) of \
            them; the first is asset \(shortened(first.id, to: 40)), from \(fixed(first.before, 1)) to \
            \(fixed(first.after, 1)).
            """
    }
}
