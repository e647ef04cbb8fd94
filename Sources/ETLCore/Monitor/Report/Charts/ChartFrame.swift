/// The frame of a chart over batches: its size, axes and scales.
///
/// All charts are equally wide, so that their texts are equally large on any screen.
struct ChartFrame: Sendable {
    /// What the templates draw of it.
    struct Model: Sendable {
        var width: String
        var height: String
        var left: String
        var right: String
        var top: String
        var bottom: String
        var tickTextY: String
        var yTicks: [Chart.Tick]
        var xTicks: [Chart.Tick]
        var xTitle: String
        var thinned: Chart.Thinned?
    }

    static let width = 360.0
    let height: Double
    let left: Double
    let right: Double
    let top = 16.0
    var bottom: Double { height - 28 }

    let y: LinearScale
    let batches: [Int]
    private let thinning: Thinning?
    private let numbers: LinearScale?
    private let yTicks: [Chart.Tick]

    /// Makes a frame.
    ///
    /// - Parameters:
    ///   - thinning: the batches on the x axis.
    ///   - range: the values on the y axis.
    ///   - isProportional: whether batches stand as far apart as their numbers are; else equally far from each other.
    ///   - rightMargin: room for labels at the right.
    ///   - tickText: how a value is written on the y axis; by default with the decimals that the ticks need.
    init(
        _ thinning: Thinning, range: ClosedRange<Double>, height: Double = 200, rightMargin: Double = 44,
        isProportional: Bool = false,
        tickText: ((Double) -> String)? = nil
    ) {
        (self.height, self.thinning, batches) = (height, isProportional ? nil : thinning, thinning.shown)
        (left, right) = (50, Self.width - rightMargin)
        let count = height < 180 ? 4 : 5
        if isProportional, let first = batches.first, let last = batches.last, first < last {
            numbers = LinearScale(Double(first)...Double(last), from: left + 4, to: right - 4)
        } else {
            numbers = nil
        }
        let scale = LinearScale(range, from: height - 28, to: 16)
        y = scale
        let ticks = Ticks(in: scale.domain, about: count)
        yTicks = ticks.values.map { value in
            Chart.Tick(at: coordinate(scale(value)), text: tickText?(value) ?? fixed(value, ticks.places))
        }
    }

    /// The width of one batch.
    var step: Double { (right - left) / Double(max(batches.count, 1)) }

    /// The place of a batch on the x axis, by its position.
    func x(_ position: Int) -> Double {
        numbers?(Double(batches[position])) ?? left + (Double(position) + 0.5) * step
    }

    /// A point; nil where there is no value.
    func point(_ position: Int, _ value: Double?) -> PathData.Point? {
        guard let value, value.isFinite else { return nil }
        return PathData.Point(x: x(position), y: y(value))
    }

    /// The places of all batches, the newest first, as the rows of the table are.
    var points: String { batches.indices.reversed().map { coordinate(x($0)) }.joined(separator: " ") }

    /// What the templates draw.
    var model: Model {
        Model(
            width: coordinate(Self.width), height: coordinate(height), left: coordinate(left), right: coordinate(right),
            top: coordinate(top), bottom: coordinate(bottom), tickTextY: coordinate(bottom + 18), yTicks: yTicks,
            xTicks: xTicks, xTitle: "batch", thinned: thinnedPart)
    }

    /// Labels of the newest batch and of others before it, so far apart that they do not touch.
    private var xTicks: [Chart.Tick] {
        guard let newest = batches.last else { return [] }
        if let numbers {
            return Ticks(in: numbers.domain, about: "\(newest)".count > 6 ? 2 : 4).values
                .filter { $0 == $0.rounded() }
                .map { Chart.Tick(at: coordinate(numbers($0)), text: "\(Int($0))") }
        }
        let widest = Double(max("\(newest)".count, "\(batches[0])".count))
        let positions = Double(batches.count - 1)
        let wanted = max((widest * 7.5 + 14) / step, positions / 6, 1)
        let every = max(1, Int(Ticks.step(atLeast: wanted).rounded(.up)))
        return stride(from: batches.count - 1, through: 0, by: -every).map { position in
            Chart.Tick(at: coordinate(x(position)), text: "\(batches[position])")
        }
    }

    private var thinnedPart: Chart.Thinned? {
        guard let older = thinning?.older, let first = batches.firstIndex(of: older.before), first > 0 else {
            return nil
        }
        let width = Double(first) * step
        return Chart.Thinned(
            x: coordinate(left), y: coordinate(top), width: coordinate(width), height: coordinate(bottom - top),
            textX: coordinate(left + width / 2), textY: coordinate(top - 5), text: "every \(ordinal(older.every))")
    }
}

/// The range of some values; nil where there are none.
func extent(_ values: some Sequence<Double?>) -> ClosedRange<Double>? {
    var range: ClosedRange<Double>?
    for case .some(let value) in values where value.isFinite {
        range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
    }
    return range
}
