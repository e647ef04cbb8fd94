/// The `d` attribute of an SVG path, to a tenth of a unit.
struct PathData: Sendable {
    /// A place on the chart.
    struct Point: Hashable, Sendable {
        var x: Double
        var y: Double
    }

    private(set) var text = ""

    /// A line through points; it is broken where one is missing.
    static func line(_ points: [Point?]) -> String {
        var path = PathData()
        var isDrawing = false
        for point in points {
            guard let point else {
                isDrawing = false
                continue
            }
            path.append(isDrawing ? "L" : "M", point)
            isDrawing = true
        }
        return path.text
    }

    /// The area between an upper and a lower line; it is broken where either is missing.
    static func area(_ upper: [Point?], _ lower: [Point?]) -> String {
        var path = PathData()
        var run: [(Point, Point)] = []
        func close() {
            guard let first = run.first else { return }
            path.append("M", first.0)
            for pair in run.dropFirst() { path.append("L", pair.0) }
            for pair in run.reversed() { path.append("L", pair.1) }
            path.text += "Z"
            run = []
        }
        for (above, below) in zip(upper, lower) {
            if let above, let below { run.append((above, below)) } else { close() }
        }
        close()
        return path.text
    }

    /// A rectangle.
    static func rectangle(x: Double, y: Double, width: Double, height: Double) -> String {
        "M\(coordinate(x)) \(coordinate(y))h\(coordinate(width))v\(coordinate(height))h\(coordinate(-width))Z"
    }

    private mutating func append(_ command: String, _ point: Point) {
        text += "\(command)\(coordinate(point.x)) \(coordinate(point.y))"
    }
}

/// A coordinate, to a tenth of a unit.
func coordinate(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e6 else { return "0" }
    let tenths = Int((value * 10).rounded())
    let digits = tenths % 10 == 0 ? "\(abs(tenths) / 10)" : "\(abs(tenths) / 10).\(abs(tenths) % 10)"
    return tenths < 0 ? "-" + digits : digits
}
